"""The store on SQLite: names, keys, events, and what is kept how long."""

from __future__ import annotations

import asyncio
import stat
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph.model.errors import Conflict, NameTaken, NotFound
from graph.store import Key, Store

KEY = Key.of("me", "k-1", "what")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(f"sqlite:///{tmp_path}/folder/db.sqlite") as opened:
        yield opened


def values(name: str = "one", kind: str = "CREATE_MOVER", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "account_id": "222222222222",
        "mover_group": "g",
        "mover_name": name,
        "requested_by": "me",
        "reservation": f"222222222222 g {name}",
        "input": b"",
        **changes,
    }


async def test_the_file_and_its_folder_are_the_servers_alone(store: Store, tmp_path: Path) -> None:
    await store.begin_operation(values())
    for path in (tmp_path / "folder").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700


async def test_a_name_is_reserved_until_its_operation_has_ended(store: Store) -> None:
    begun = await store.begin_operation(values())
    with pytest.raises(NameTaken):
        await store.begin_operation(values())
    await store.end_operation(begun.operation_id, "why")
    again = await store.begin_operation(values())
    assert (again.operation is None, again.recheck) == (False, False)


async def test_a_name_whose_mover_was_just_made_is_to_be_checked_again(store: Store) -> None:
    begun = await store.begin_operation(values())
    await store.end_operation(begun.operation_id, None)
    assert (await store.begin_operation(values())).recheck
    assert not (await store.begin_operation(values("two"))).recheck


async def test_an_operation_and_its_key_are_recorded_together(store: Store) -> None:
    first = await store.begin_operation(values(), KEY)
    again = await store.begin_operation(values(), KEY)
    assert (again.operation, again.operation_id) == (None, first.operation_id)
    assert await store.key_result(KEY) == first.operation_id
    other = Key.of("me", "k-1", "something else")
    with pytest.raises(Conflict, match="another input"):
        await store.begin_operation(values("two"), other)
    with pytest.raises(Conflict, match="another input"):
        await store.key_result(other)
    assert await store.holder("222222222222 g two") is None


async def test_keys_of_two_callers_do_not_meet(store: Store) -> None:
    await store.begin_operation(values(), KEY)
    assert await store.key_result(Key.of("you", "k-1", "what")) is None
    assert Key.of("a", "b c", "w").hashed != Key.of("a b", "c", "w").hashed


async def test_of_many_that_claim_a_key_one_has_it(store: Store) -> None:
    await store.beat("here")
    claims = await asyncio.gather(*(store.claim_key(KEY, "here") for _ in range(8)))
    assert [claim.mine for claim in claims].count(True) == 1
    await store.settle_key(KEY, "run-1")
    settled = await store.claim_key(KEY, "there")
    assert (settled.mine, settled.result) == (False, "run-1")


async def test_a_key_is_taken_over_from_a_replica_that_is_gone(store: Store) -> None:
    count = (await store.beat("here"))["here"]
    await store.claim_key(KEY, "here")
    assert not (await store.claim_key(KEY, "there")).mine
    assert await store.claim_replica("here", count)
    taken = await store.claim_key(KEY, "there")
    assert (taken.mine, taken.again) == (True, True)


async def test_a_key_is_taken_over_from_a_replica_that_retired(store: Store) -> None:
    await store.beat("here")
    await store.claim_key(KEY, "here")
    await store.retire("here")
    assert (await store.claim_key(KEY, "there")).mine


async def test_a_key_that_is_given_back_is_as_new_and_a_released_one_is_looked_after(
    store: Store,
) -> None:
    await store.beat("here")
    await store.claim_key(KEY, "here")
    await store.drop_key(KEY)
    assert not (await store.claim_key(KEY, "here")).again
    await store.release_key(KEY)
    assert (await store.claim_key(KEY, "here")).again


async def test_events_keep_their_order_within_one_tick(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000.0)
    operation_id = (await store.begin_operation(values())).operation_id
    said = [f"{letter}" for letter in "zyxabc"]
    for message in said:
        assert await store.event(operation_id, message)
    assert not await store.event(operation_id, "z")
    row = await store.operation(operation_id)
    assert [message for _, message in row.events] == said


async def test_events_said_at_once_are_all_kept(store: Store) -> None:
    operation_id = (await store.begin_operation(values())).operation_id
    await asyncio.gather(*(store.event(operation_id, f"{n}") for n in range(20)))
    row = await store.operation(operation_id)
    assert sorted(int(message) for _, message in row.events) == list(range(20))


async def test_no_event_is_later_than_the_end(store: Store) -> None:
    operation_id = (await store.begin_operation(values())).operation_id
    await store.end_operation(operation_id, None, "one", "two")
    row = await store.operation(operation_id)
    assert [message for _, message in row.events] == ["one", "two"]
    assert row.ended_at is not None
    assert row.ended_at >= max(at for at, _ in row.events)


async def test_an_end_is_final(store: Store) -> None:
    operation_id = (await store.begin_operation(values())).operation_id
    await store.end_operation(operation_id, "why")
    await store.event(operation_id, "late")
    await store.end_operation(operation_id, None)
    row = await store.operation(operation_id)
    assert (row.status, row.failure) == ("FAILED", "why")


async def test_a_deletion_that_failed_is_known_by_name_and_by_task(store: Store) -> None:
    given = values(kind="DELETE_MOVER", task_arn="arn:t")
    operation_id = (await store.begin_operation(given)).operation_id
    await store.set_parts(operation_id, [("arn:l", "arn:r"), ("arn:m", None)])
    await store.end_operation(operation_id, "why")
    for sought in ({"named": ("g", "one"), "task_arn": None}, {"named": None, "task_arn": "arn:t"}):
        row = await store.deletion("222222222222", **sought)
        assert row is not None
        assert row.parts == [("arn:l", "arn:r"), ("arn:m", None)]
    assert await store.deletion("222222222222", named=("g", "two"), task_arn=None) is None
    again = (
        await store.begin_operation(values(kind="DELETE_MOVER", task_arn="arn:t"))
    ).operation_id
    await store.end_deletion(again)
    assert await store.deletion("222222222222", named=("g", "one"), task_arn=None) is None


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


async def test_names_longer_than_their_columns_are_cut(store: Store) -> None:
    operation_id = (await store.begin_operation(values(requested_by="x" * 999))).operation_id
    assert len((await store.operation(operation_id)).requested_by) == 256
