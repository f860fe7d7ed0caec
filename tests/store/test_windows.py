"""Every part of a list is the slice that its places and its size say; on both stores."""

from __future__ import annotations

import random
from itertools import product

import pytest

from graph.model.audit import AuditFilter
from graph.model.operation import OperationFilter, OperationPlace
from graph.model.window import Window
from graph.store import Store
from tests.store.operations import accepted, change_operation
from tests.store.test_audit import record

AGES = {"a": 1.0, "c": 2.0, "b": 2.0, "d": 3.1234567, "e": 3.1234568}
NEWEST_FIRST = ["e", "d", "c", "b", "a"]


def part(items: list[str], window: Window[str]) -> list[str]:
    """The same in Python."""
    low = 0 if window.after is None else items.index(window.after) + 1
    high = len(items) if window.before is None else items.index(window.before)
    between = items[low : max(low, high)]
    return (
        between[max(0, len(between) - window.most) :]
        if window.from_end
        else (between[: window.most])
    )


@pytest.fixture(params=range(3))
def windows(request: pytest.FixtureRequest) -> list[Window[str]]:
    ends = [None, *NEWEST_FIRST]
    every = [Window(*each) for each in product((0, 1, 2, 9), ends, ends, (False, True))]
    return random.Random(request.param).sample(every, 20)  # noqa: S311 - no secret


async def test_operations_of_a_window(store: Store, windows: list[Window[str]]) -> None:
    for operation_id, at in AGES.items():
        await accepted(store, operation_id)
        await change_operation(store, operation_id, created_at=at)
    places = {None: None} | {each: OperationPlace(AGES[each], each) for each in NEWEST_FIRST}
    for window in windows:
        asked = Window(window.most, places[window.after], places[window.before], window.from_end)
        found = await store.operation_lists.page(OperationFilter(), 0.0, asked)
        assert [row.id for row in found] == part(NEWEST_FIRST, window), window


async def test_records_of_a_window(store: Store, windows: list[Window[str]]) -> None:
    for name in reversed(NEWEST_FIRST):
        await store.audit.append(record(mover_name=name))
    whole = await store.audit.page(AuditFilter(), Window(9))
    places = {None: None} | {str(each.record.target.mover_name): each.sequence for each in whole}
    for window in windows:
        asked = Window(window.most, places[window.after], places[window.before], window.from_end)
        found = await store.audit.page(AuditFilter(), asked)
        assert [each.record.target.mover_name for each in found] == part(NEWEST_FIRST, window)
