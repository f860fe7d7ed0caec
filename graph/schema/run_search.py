"""The filter and the order of the runs of a mover."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.model import run_search as model
from graph.model.mover_search import OrderDirection
from graph.model.run import Outcome
from graph.model.words import RunStatus
from graph.schema import enums, words  # noqa: F401 - describe the enums


@strawberry.input(
    description="Selects runs. Members that are absent match everything; those that are set must "
    "all match, and of a list one of its values."
)
class RunFilter:
    status: list[RunStatus] | None = strawberry.field(
        default=None, description="Only runs with one of these statuses."
    )
    outcome: list[Outcome] | None = strawberry.field(
        default=None,
        description="Only runs that ended in one of these ways. Costs a call to AWS per run that "
        "the server does not remember.",
    )
    since: datetime | None = strawberry.field(
        default=None,
        description="Only runs that were requested at this time or later. UTC if it has no offset. "
        "Costs a few calls to AWS.",
    )
    until: datetime | None = strawberry.field(
        default=None,
        description="Only runs that were requested before this time. UTC if it has no offset. "
        "Costs a few calls to AWS.",
    )


@strawberry.input(description="The order of runs.")
class RunOrder:
    field: model.RunOrderField = strawberry.field(
        default=model.RunOrderField.REQUESTED_AT, description="What to sort by."
    )
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.DESC, description="DESC, the default, has the newest run first."
    )


RunFilterArgument = Annotated[
    RunFilter | None, strawberry.argument(description="Which runs to return; all if absent.")
]
RunOrderArgument = Annotated[
    RunOrder | None,
    strawberry.argument(description="The order of the runs; the newest first if absent."),
]


def run_filter_of(given: RunFilter | None) -> model.RunFilter:
    if given is None:
        return model.ALL_RUNS
    return model.RunFilter(
        status=None if given.status is None else frozenset(given.status),
        outcome=None if given.outcome is None else frozenset(given.outcome),
        since=given.since,
        until=given.until,
    )


def is_ascending(given: RunOrder | None) -> bool:
    """Whether the oldest run comes first."""
    return given is not None and given.direction is OrderDirection.ASC
