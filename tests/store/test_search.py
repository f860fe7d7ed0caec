"""Lists of operations, what is swept, and what is forgotten; on both stores."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph.model.errors import NotFound
from graph.model.operation import OperationFilter, OperationKind, OperationPlace, OperationStatus
from graph.store import Key, Store, StoredOperation
from tests.stores import BOTH, store_url

LAB = "222222222222"
EVER = 0.0


@pytest_asyncio.fixture(params=BOTH)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    with store_url(request.param, tmp_path) as url:
        async with Store(url) as opened:
            yield opened


async def accepted(store: Store, operation_id: str, key: Key | None = None, **values: Any) -> None:
    given = {
        "id": operation_id,
        "kind": "CREATE_MOVER",
        "account_id": LAB,
        "mover_group": "g",
        "mover_name": operation_id,
        "requested_by": "me",
        "reservation": operation_id,
        "input": b"",
    }
    await store.begin_operation(given | values, key)


def ids(rows: list[StoredOperation]) -> list[str]:
    return [row.id for row in rows]


async def test_the_newest_come_first_and_a_page_begins_behind_a_place(store: Store) -> None:
    for operation_id, at in (("a", 1.0), ("c", 2.0), ("b", 2.0), ("d", 3.1234567)):
        await accepted(store, operation_id, created_at=at)
    wanted = OperationFilter()
    assert ids(await store.operations(wanted, EVER, 9)) == ["d", "c", "b", "a"]
    first = await store.operations(wanted, EVER, 2)
    assert ids(first) == ["d", "c"]
    behind = OperationPlace(first[-1].created_at, "c")
    assert ids(await store.operations(wanted, EVER, 2, behind)) == ["b", "a"]
    exact = OperationPlace(first[0].created_at, "d")
    assert ids(await store.operations(wanted, EVER, 1, exact)) == ["c"]


async def test_a_filter_takes_each_of_its_parts(store: Store) -> None:
    await accepted(store, "a")
    await accepted(store, "b", account_id="333333333333", mover_group="h")
    await accepted(store, "c", kind="DELETE_MOVER", mover_group=None)
    await store.event("a", "begun")
    for wanted, found in (
        (OperationFilter(account_id=LAB), {"a", "c"}),
        (OperationFilter(group="h"), {"b"}),
        (OperationFilter(mover_name="c"), {"c"}),
        (OperationFilter(kind=OperationKind.CREATE_MOVER), {"a", "b"}),
        (OperationFilter(status=OperationStatus.RUNNING), {"a"}),
        (OperationFilter(account_id=LAB, kind=OperationKind.CREATE_MOVER), {"a"}),
        (OperationFilter(accounts=frozenset({LAB})), {"a", "c"}),
        (OperationFilter(accounts=frozenset()), set()),
        (OperationFilter(groups=frozenset({"g", "h"})), {"a", "b"}),
        (OperationFilter(group="h", groups=frozenset({"g"})), set()),
    ):
        assert set(ids(await store.operations(wanted, EVER, 9))) == found, wanted


async def test_each_of_a_page_has_its_own_events(store: Store) -> None:
    for operation_id in ("a", "b", "c"):
        await accepted(store, operation_id)
    await store.event("a", "one")
    await store.event("b", "other")
    await store.event("a", "two")
    rows = {row.id: row.events for row in await store.operations(OperationFilter(), 0, 9)}
    assert [message for _, message in rows["a"]] == ["one", "two"]
    assert [message for _, message in rows["b"]] == ["other"]
    assert rows["c"] == ()


async def test_what_ended_and_is_to_be_forgotten_is_not_listed(store: Store) -> None:
    await accepted(store, "ended")
    await store.end_operation("ended", None)
    await accepted(store, "alive", updated_at=1.0)
    later = time.time() + 1
    assert ids(await store.operations(OperationFilter(), later, 9)) == ["alive"]


async def test_a_create_is_forgotten_once_it_was_swept(store: Store) -> None:
    await accepted(store, "create")
    await accepted(store, "delete", kind="DELETE_MOVER")
    await accepted(store, "alive")
    for ended in ("create", "delete"):
        await store.end_operation(ended, None)
    now = time.time() + 1
    assert await store.forget(now - 3_600) == []
    assert await store.forget(now) == ["delete"]
    assert [row.id for row in await store.unswept(now, 9)] == ["create"]
    assert await store.unswept(now - 3_600, 9) == []
    assert await store.unswept(now, 9, {LAB}) == []
    await store.note_swept(["create"])
    assert await store.unswept(now, 9) == []
    assert await store.forget(now) == ["create"]
    with pytest.raises(NotFound):
        await store.operation("create")
    assert (await store.operation("alive")).status == "CREATED"


async def test_what_a_key_leads_to_is_kept_as_long_as_the_key(store: Store) -> None:
    for operation_id, key in (("keyed", Key.of("me", "k", "one")), ("other", None)):
        await accepted(store, operation_id, key, kind="DELETE_MOVER")
        await store.end_operation(operation_id, None)
    later = time.time() + 1
    assert ids(await store.operations(OperationFilter(), later, 9)) == ["keyed"]
    assert await store.keeps("keyed", later)
    assert not await store.keeps("other", later)
    assert await store.forget(later) == ["other"]


async def test_forgetting_counts_from_the_last_change(store: Store) -> None:
    await accepted(store, "one", kind="DELETE_MOVER")
    await store.end_operation("one", None)
    ended_at = (await store.operation("one")).ended_at
    await store.set_task("one", None)  # a change after its end
    changed_at = (await store.operation("one")).updated_at
    assert ended_at is not None
    assert changed_at > ended_at
    assert await store.forget(changed_at) == []
    assert await store.forget(changed_at + 0.001) == ["one"]


async def test_a_create_that_cannot_be_swept_is_kept_for_a_day_more(store: Store) -> None:
    await accepted(store, "one")
    await store.end_operation("one", "no")
    now = time.time() + 1
    assert await store.forget(now + 86_399 - 5) == []
    assert await store.forget(now + 86_401) == ["one"]


async def test_a_deletion_that_left_something_is_kept_to_be_taken_up_again(store: Store) -> None:
    await accepted(store, "one", kind="DELETE_MOVER")
    await store.set_parts("one", [("arn", None)])
    await store.end_operation("one", "no")
    now = time.time() + 1
    assert await store.forget(now) == []
    assert await store.operations(OperationFilter(), now, 9) == []
    assert await store.forget(now + 31 * 86_400) == ["one"]
