"""What GraphQL clients see: the types, and nothing of how they are served."""

from graph.schema.locations import TYPES, OtherLocation
from graph.schema.mutation import Mutation
from graph.schema.nodes import Account, Group, Mover, Operation, Run
from graph.schema.query import Query
from graph.schema.scalars import SCALARS
from graph.schema.subscription import Subscription

BEHIND_INTERFACES = (Account, Group, Mover, Run, Operation, *TYPES.values(), OtherLocation)
"""Types that no field names: clients meet them behind Node and Location."""

__all__ = ["BEHIND_INTERFACES", "SCALARS", "Mutation", "Query", "Subscription"]
