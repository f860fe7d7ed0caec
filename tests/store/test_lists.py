"""Operations in bulk: what is swept, listed with its events, and deleted once it is old."""

from __future__ import annotations

import time

import pytest

from graph.model.errors import NotFound
from graph.model.operation import OperationFilter
from graph.store import Key, Store
from tests.store.test_search import LAB, accepted, ids
from tests.store.test_store import KEY, values


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


async def test_what_ended_is_forgotten_but_for_keys_and_left_overs(store: Store) -> None:
    plain = (await store.begin_operation(values("plain"))).operation_id
    keyed = (await store.begin_operation(values("keyed"), KEY)).operation_id
    left = values("left", kind="DELETE_MOVER", task_arn="arn:t")
    await store.begin_operation(left)
    await store.set_parts(left["id"], [("arn:l", None)])
    alive = (await store.begin_operation(values("alive"))).operation_id
    for operation_id in (plain, keyed, left["id"]):
        await store.end_operation(operation_id, "why")
    await store.note_swept([plain, keyed])
    assert await store.forget(time.time() + 1) == [plain]
    with pytest.raises(NotFound):
        await store.operation(plain)
    for operation_id in (keyed, left["id"], alive):
        await store.operation(operation_id)
