"""The filter and the order of runs, and the pages of their lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, TypeVar

import strawberry

from graph.model import run_search as model
from graph.model.mover import Account
from graph.model.mover_search import OrderDirection
from graph.model.run import Outcome
from graph.model.run import Run as RunModel
from graph.model.words import RunStatus
from graph.resolvers import run_search, runs
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.connections import Listing, Page, PageRequest, cut, name_of_list
from graph.schema.fields import Info, chosen

T = TypeVar("T")

RUNS_OF_MANY: Final = (
    "The runs of its movers in the last 30 days. Costs a call to AWS per run that the filter may "
    "select and the server does not remember. The error QUOTA_EXCEEDED says that more than 1,000 "
    "runs have the statuses of the filter; `Mover.runs` has no such limit."
)


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


async def runs_of_mover(
    info: Info,
    task_arn: str,
    wanted: RunFilter | None,
    order_by: RunOrder | None,
    asked: PageRequest,
) -> Page[RunModel]:
    """A page of the runs of a mover. Only the runs of the page are read."""
    selected = _filter_of(wanted)
    refs = await run_search.search_runs(info.context, task_arn, selected)
    of = name_of_list("runs", task_arn, _direction(order_by), selected.text())
    page = cut(Listing(of, _ordered(refs, order_by), lambda ref: ref.run_arn), asked)
    by_arn = await runs.get_runs(info.context, [ref.run_arn for _, ref in page.items])
    items = [(cursor, by_arn[ref.run_arn]) for cursor, ref in page.items]
    return Page(items, page.info, page.total)


async def runs_of_account(  # noqa: PLR0913, PLR0917 - what a list of runs depends on
    info: Info,
    account: Account,
    group: str | None,
    wanted: RunFilter | None,
    order_by: RunOrder | None,
    asked: PageRequest,
) -> Page[RunModel]:
    """A page of the runs of an account or group."""
    selected = _filter_of(wanted)
    found = await run_search.search_account_runs(
        info.context, account.account_id, group, selected, account.region
    )
    of = name_of_list("runs", account.key, group or "", _direction(order_by), selected.text())
    return cut(Listing(of, _ordered(found, order_by), lambda run: run.run_arn), asked)


def _filter_of(given: RunFilter | None) -> model.RunFilter:
    if given is None:
        return model.ALL_RUNS
    return model.RunFilter(
        status=chosen(given.status),
        outcome=chosen(given.outcome),
        since=given.since,
        until=given.until,
    )


def _direction(given: RunOrder | None) -> str:
    return (OrderDirection.DESC if given is None else given.direction).name


def _ordered(newest_first: list[T], order_by: RunOrder | None) -> list[T]:
    ascending = order_by is not None and order_by.direction is OrderDirection.ASC
    return newest_first[::-1] if ascending else newest_first
