"""The GraphQL schema: types and fields, but nothing of how they are served."""

from graph.schema.activity import Resumable
from graph.schema.locations import TYPES, OtherLocation
from graph.schema.mutation import Mutation
from graph.schema.nodes import Account, Group, Mover, Run
from graph.schema.operations import Operation
from graph.schema.prices import PRICES
from graph.schema.query import Query
from graph.schema.scalars import SCALARS
from graph.schema.subscription import RunUpdate, Subscription
from graph.schema.user_errors import TYPED as USER_ERRORS

BEHIND_INTERFACES = (
    *(Account, Group, Mover, Run, Operation),
    *(*TYPES.values(), OtherLocation),
    *USER_ERRORS,
)
"""Types that no field names directly: they are reached through interfaces."""

__all__ = [
    "BEHIND_INTERFACES",
    "PRICES",
    "SCALARS",
    "Mutation",
    "Query",
    "Resumable",
    "RunUpdate",
    "Subscription",
]
