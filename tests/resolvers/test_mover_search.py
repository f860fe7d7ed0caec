"""Searching while others delete: what is gone since it was listed does not spoil the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from graph.context import ReadContext, Services
from graph.model.errors import AccessDenied
from graph.model.mover import Mover
from graph.model.mover_search import (
    ALL_MOVERS,
    MoverFilter,
    MoverOrder,
    MoverOrderField,
    ScheduleState,
)
from graph.model.words import LocationKind
from graph.resolvers import mover_search, movers
from graph.resolvers.mover_search import count_matching, search_movers
from graph.sandbox import Fault, Sandbox
from tests.operations.by_hand import backend
from tests.resolvers.lab import asking, opened
from tests.test_call_counts import many
from tests.world import LAB

BY_NAME = MoverOrder()
BY_CREATION = MoverOrder(MoverOrderField.CREATED_AT)
NO_SCHEDULE = MoverFilter(schedule=frozenset({ScheduleState.NONE}))
OF_BUCKETS = MoverFilter(location_kind=frozenset({LocationKind.S3}))


@pytest_asyncio.fixture
async def services(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Services]:
    many(aws, 5)
    async with opened(tmp_path) as services:
        yield services


async def names(
    context: ReadContext, wanted: MoverFilter = ALL_MOVERS, order: MoverOrder = BY_NAME
) -> list[str]:
    found = await search_movers(context, LAB, None, wanted, order)
    return [mover.name for _, mover in found]


def deleting(monkeypatch: pytest.MonkeyPatch, *gone: str) -> None:
    """Deletes movers just after they were listed."""
    real: Callable[..., object] = movers.list_movers

    async def list_then_delete(*given: object, **more: object) -> list[Mover]:
        listed: list[Mover] = await real(*given, **more)  # type: ignore[misc]
        for mover in listed:
            if mover.name in gone:
                backend().tasks.pop(mover.task_arn, None)
        return listed

    monkeypatch.setattr(mover_search, "list_movers", list_then_delete)


async def test_a_mover_that_is_gone_matches_nothing_that_has_to_be_read(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleting(monkeypatch, "m-001", "m-003")
    left = ["m-000", "m-002", "m-004"]
    for wanted in (NO_SCHEDULE, OF_BUCKETS):
        assert await names(asking(services), wanted) == left


async def test_a_mover_that_is_gone_comes_last_in_an_order_by_what_has_to_be_read(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleting(monkeypatch, "m-000")
    assert (await names(asking(services), order=BY_CREATION))[-1] == "m-000"


@pytest.mark.parametrize("wanted", [NO_SCHEDULE, OF_BUCKETS])
async def test_any_other_failure_is_that_of_the_search(
    aws: Sandbox, services: Services, wanted: MoverFilter
) -> None:
    aws.interceptor.add(Fault("DescribeTask", "denied", count=100))
    with pytest.raises(AccessDenied):
        await names(asking(services), wanted)


async def test_only_visible_movers_are_found_and_counted(aws: Sandbox, services: Services) -> None:
    for task in list(backend().tasks.values())[:2]:
        task.tags |= {"spinup:spaceid": "h"}
    limited = asking(services, groups=frozenset({"h"}))
    assert await names(limited) == ["m-000", "m-001"]
    assert await count_matching(limited, LAB, None, NO_SCHEDULE) == 2
    assert await count_matching(asking(services), LAB, "g", NO_SCHEDULE) == 3
