"""The filter and the order of lists of movers, and the numbers of movers for an overview."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from graph.model import mover_search as model
from graph.model.errors import Invalid
from graph.model.mover import Account
from graph.model.mover import Mover as MoverModel
from graph.model.run import Outcome
from graph.model.words import LocationKind, MoverStatus, TaskMode
from graph.resolvers import mover_search, movers
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.connections import Listing, Page, PageRequest, cut, name_of_list
from graph.schema.fields import Info, chosen, filter_text, loads

_TAGS: Final = 50
"""The conditions on tags that a filter may have: AWS allows no more tags on a task."""
_FAILED: Final = model.MoverFilter(last_outcome=frozenset({Outcome.FAILED}))
_RUNNING: Final = model.MoverFilter(status=frozenset({MoverStatus.RUNNING}))
_DISABLED: Final = model.MoverFilter(schedule=frozenset({model.ScheduleState.DISABLED}))


@strawberry.input(description="A tag that a mover has to have.")
class TagFilter:
    key: str = strawberry.field(description="The key of the tag, exactly as on the task.")
    value: str | None = strawberry.field(
        default=None, description="The value of the tag; any value if absent."
    )


@strawberry.input(
    description="Selects movers. Members that are absent match everything; those that are set must "
    "all match. Of `status` and other lists of values one has to match, so that an empty list "
    "selects nothing. Members without a cost in their descriptions are free of calls to AWS."
)
class MoverFilter:
    name_contains: str | None = strawberry.field(
        default=None, description="Only movers whose name contains this text, ignoring case."
    )
    group: str | None = strawberry.field(
        default=None, description="Only movers of this group, exactly as in its tag."
    )
    status: list[MoverStatus] | None = strawberry.field(
        default=None, description="Only movers with one of these statuses."
    )
    mode: list[TaskMode] | None = strawberry.field(
        default=None, description="Only movers with one of these modes."
    )
    tags: list[TagFilter] | None = strawberry.field(
        default=None, description=f"Only movers that have all of these tags, at most {_TAGS}."
    )
    location_kind: list[LocationKind] | None = strawberry.field(
        default=None,
        description="Only movers whose source or destination is of one of these kinds. Costs a "
        "call to AWS per mover, once per server, and the list of locations.",
    )
    last_outcome: list[Outcome] | None = strawberry.field(
        default=None,
        description="Only movers whose last run ended in one of these ways. Costs the list of the "
        "account's runs, and a call to AWS per run that is active or not known yet.",
    )
    has_run: bool | None = strawberry.field(
        default=None,
        description="If true, only movers that ran in the last 30 days; if false, only others. "
        "Costs the list of the account's runs.",
    )
    schedule: list[model.ScheduleState] | None = strawberry.field(
        default=None,
        description="Only movers whose schedule is in one of these states, as read up to a minute "
        "ago. Costs a call to AWS per mover.",
    )


@strawberry.input(
    description="The order of movers. Movers without a value come last in both directions; those "
    "with equal values are in the order of their names."
)
class MoverOrder:
    field: model.MoverOrderField = strawberry.field(description="What to sort by.")
    direction: model.OrderDirection = strawberry.field(
        default=model.OrderDirection.ASC, description="Whether values ascend or descend."
    )


MoverFilterArgument = Annotated[
    MoverFilter | None,
    strawberry.argument(description="Which movers to return; all if absent."),
]
MoverOrderArgument = Annotated[
    MoverOrder | None,
    strawberry.argument(description="The order of the movers; by name if absent."),
]


async def movers_page(  # noqa: PLR0913, PLR0917 - what a list of movers depends on
    info: Info,
    account: Account,
    group: str | None,
    wanted: MoverFilter | None,
    order_by: MoverOrder | None,
    asked: PageRequest,
) -> Page[MoverModel]:
    """A page of the movers of an account or group."""
    selected, order = _filter_of(wanted), _order_of(order_by)
    found = await mover_search.search_movers(
        info.context,
        account.account_id,
        group,
        selected,
        order,
        region=account.region,
        further=asked.is_further,
    )
    of = name_of_list("movers", account.key, group or "", order.text(), selected.text())
    listing = Listing(
        of, found, lambda each: each[0].text(), lambda text: order.rank(order.place(text))
    )
    page = cut(listing, asked)
    return Page([(cursor, mover) for cursor, (_, mover) in page.items], page.info, page.total)


def _filter_of(given: MoverFilter | None) -> model.MoverFilter:
    """Raises Invalid, with the path of the member."""
    if given is None:
        return model.ALL_MOVERS
    return model.MoverFilter(
        name_contains=filter_text(given.name_contains, "nameContains"),
        group=filter_text(given.group, "group"),
        status=chosen(given.status),
        mode=chosen(given.mode),
        tags=None if given.tags is None else _tags(given.tags),
        location_kind=chosen(given.location_kind),
        last_outcome=chosen(given.last_outcome),
        has_run=given.has_run,
        schedule=chosen(given.schedule),
    )


def _order_of(given: MoverOrder | None) -> model.MoverOrder:
    return model.MoverOrder() if given is None else model.MoverOrder(given.field, given.direction)


@strawberry.type(
    description="Numbers of movers that the caller may see. Each equals the `totalCount` of "
    "`movers` with the filter that its description names."
)
class MoverSummary:
    account: strawberry.Private[Account]
    group: strawberry.Private[str | None] = None

    @loads("All movers: no filter.")
    async def movers(self, info: Info) -> int | None:
        account_id, region = self.account.place
        found = await movers.list_movers(info.context, account_id, self.group, region=region)
        return len(found)

    @loads("Movers with an active run: `status: [RUNNING]`.")
    async def running(self, info: Info) -> int | None:
        return await self._matching(info, _RUNNING)

    @loads(
        "Movers whose last run failed: `lastOutcome: [FAILED]`. Costs the list of the "
        "account's runs, and a call to AWS per run that is active or not known yet."
    )
    async def failed_last(self, info: Info) -> int | None:
        return await self._matching(info, _FAILED)

    @loads(
        "Movers without a run in the last 30 days: `hasRun: false`. Costs the list of "
        "the account's runs."
    )
    async def never_ran(self, info: Info) -> int | None:
        return await self._matching(info, model.MoverFilter(has_run=False))

    @loads(
        "Movers whose schedule is disabled: `schedule: [DISABLED]`, as read up to a "
        "minute ago. Costs a call to AWS per mover."
    )
    async def disabled_schedules(self, info: Info) -> int | None:
        return await self._matching(info, _DISABLED)

    async def _matching(self, info: Info, wanted: model.MoverFilter) -> int:
        account_id, region = self.account.place
        return await mover_search.count_matching(
            info.context, account_id, self.group, wanted, region
        )


def _tags(given: list[TagFilter]) -> frozenset[model.TagCondition]:
    if len(given) > _TAGS:
        raise Invalid(
            f"'tags' may have at most {_TAGS} items, not {len(given)}.", path=("filter", "tags")
        )
    return frozenset(model.TagCondition(tag.key, tag.value) for tag in given)
