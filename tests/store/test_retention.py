"""Operations in bulk: what is swept, listed with its events, and deleted once it is old."""

from __future__ import annotations

import time

import pytest

from graph.model.errors import NotFound
from graph.model.operation import OperationFilter
from graph.model.window import Window
from graph.store import IdempotencyKey, Store
from tests.store.operations import KEY, LAB, accepted, new_operation
from tests.store.test_operation_lists import ids


async def test_each_of_a_page_has_its_own_events(store: Store) -> None:
    for operation_id in ("a", "b", "c"):
        await accepted(store, operation_id)
    await store.operations.add_events("a", "one")
    await store.operations.add_events("b", "other")
    await store.operations.add_events("a", "two")
    rows = {
        row.id: row.events
        for row in await store.operation_lists.page(OperationFilter(), 0, Window(9))
    }
    assert [message for _, message in rows["a"]] == ["one", "two"]
    assert [message for _, message in rows["b"]] == ["other"]
    assert rows["c"] == ()


async def test_a_create_is_forgotten_once_it_was_swept(store: Store) -> None:
    await accepted(store, "create")
    await accepted(store, "delete", kind="DELETE_MOVER")
    await accepted(store, "alive")
    for ended in ("create", "delete"):
        await store.operations.end(ended, None)
    now = time.time() + 1
    assert await store.retention.delete_expired(now - 3_600) == []
    assert await store.retention.delete_expired(now) == ["delete"]
    assert [row.id for row in await store.operation_lists.unswept(now, 9)] == ["create"]
    assert await store.operation_lists.unswept(now - 3_600, 9) == []
    assert await store.operation_lists.unswept(now, 9, {(LAB, None)}) == []
    await store.operation_lists.note_swept(["create"])
    assert await store.operation_lists.unswept(now, 9) == []
    assert await store.retention.delete_expired(now) == ["create"]
    with pytest.raises(NotFound):
        await store.operations.get("create")
    assert (await store.operations.get("alive")).status == "CREATED"


async def test_what_a_key_leads_to_is_kept_as_long_as_the_key(store: Store) -> None:
    for operation_id, key in (("keyed", IdempotencyKey.of("me", "k", "one")), ("other", None)):
        await accepted(store, operation_id, key, kind="DELETE_MOVER")
        await store.operations.end(operation_id, None)
    later = time.time() + 1
    assert ids(await store.operation_lists.page(OperationFilter(), later, Window(9))) == ["keyed"]
    assert await store.operation_lists.is_kept("keyed", later)
    assert not await store.operation_lists.is_kept("other", later)
    assert await store.retention.delete_expired(later) == ["other"]


async def test_forgetting_counts_from_the_last_change(store: Store) -> None:
    await accepted(store, "one", kind="DELETE_MOVER")
    await store.operations.end("one", None)
    ended_at = (await store.operations.get("one")).ended_at
    await store.operations.set_task("one", None)  # a change after its end
    changed_at = (await store.operations.get("one")).updated_at
    assert ended_at is not None
    assert changed_at > ended_at
    assert await store.retention.delete_expired(changed_at) == []
    assert await store.retention.delete_expired(changed_at + 0.001) == ["one"]


async def test_a_create_that_cannot_be_swept_is_kept_for_a_day_more(store: Store) -> None:
    await accepted(store, "one")
    await store.operations.end("one", "no")
    now = time.time() + 1
    assert await store.retention.delete_expired(now + 86_399 - 5) == []
    assert await store.retention.delete_expired(now + 86_401) == ["one"]


async def test_a_deletion_that_left_something_is_kept_to_be_taken_up_again(store: Store) -> None:
    await accepted(store, "one", kind="DELETE_MOVER")
    await store.operations.set_parts("one", [("arn", None)])
    await store.operations.end("one", "no")
    now = time.time() + 1
    assert await store.retention.delete_expired(now) == []
    assert await store.operation_lists.page(OperationFilter(), now, Window(9)) == []
    assert await store.retention.delete_expired(now + 31 * 86_400) == ["one"]


async def test_what_ended_is_forgotten_but_for_keys_and_left_overs(store: Store) -> None:
    plain = (await store.operations.begin(new_operation("plain"))).operation_id
    keyed = (await store.operations.begin(new_operation("keyed"), KEY)).operation_id
    left = new_operation("left", kind="DELETE_MOVER", task_arn="arn:t")
    await store.operations.begin(left)
    await store.operations.set_parts(left.id, [("arn:l", None)])
    alive = (await store.operations.begin(new_operation("alive"))).operation_id
    for operation_id in (plain, keyed, left.id):
        await store.operations.end(operation_id, "why")
    await store.operation_lists.note_swept([plain, keyed])
    assert await store.retention.delete_expired(time.time() + 1) == [plain]
    with pytest.raises(NotFound):
        await store.operations.get(plain)
    for operation_id in (keyed, left.id, alive):
        await store.operations.get(operation_id)
