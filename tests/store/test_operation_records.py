"""The store on SQLite: names, keys, events, and what is kept how long."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.model.errors import Conflict, NameTaken
from graph.store import IdempotencyKey, Store, open_store
from tests.store.operations import KEY, new_operation


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path}/folder/db.sqlite") as opened:
        yield opened


async def test_the_file_and_its_folder_are_the_servers_alone(store: Store, tmp_path: Path) -> None:
    await store.operations.begin(new_operation())
    for path in (tmp_path / "folder").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700


async def test_a_name_is_reserved_until_its_operation_has_ended(store: Store) -> None:
    begun = await store.operations.begin(new_operation())
    with pytest.raises(NameTaken):
        await store.operations.begin(new_operation())
    await store.operations.end(begun.operation_id, "why")
    again = await store.operations.begin(new_operation())
    assert (again.operation is None, again.recheck) == (False, False)


async def test_a_name_whose_mover_was_just_made_is_to_be_checked_again(store: Store) -> None:
    begun = await store.operations.begin(new_operation())
    await store.operations.end(begun.operation_id, None)
    assert (await store.operations.begin(new_operation())).recheck
    assert not (await store.operations.begin(new_operation("two"))).recheck


async def test_an_operation_and_its_key_are_recorded_together(store: Store) -> None:
    first = await store.operations.begin(new_operation(), KEY)
    again = await store.operations.begin(new_operation(), KEY)
    assert (again.operation, again.operation_id) == (None, first.operation_id)
    assert await store.idempotency.result(KEY) == first.operation_id
    other = IdempotencyKey.of("me", "k-1", "something else")
    with pytest.raises(Conflict, match="another input"):
        await store.operations.begin(new_operation("two"), other)
    with pytest.raises(Conflict, match="another input"):
        await store.idempotency.result(other)
    assert await store.operations.holder("222222222222 g two") is None


async def test_a_deletion_that_failed_is_known_by_name_and_by_task(store: Store) -> None:
    given = new_operation(kind="DELETE_MOVER", task_arn="arn:t")
    operation_id = (await store.operations.begin(given)).operation_id
    await store.operations.set_parts(operation_id, [("arn:l", "arn:r"), ("arn:m", None)])
    await store.operations.end(operation_id, "why")
    for sought in ({"named": ("g", "one"), "task_arn": None}, {"named": None, "task_arn": "arn:t"}):
        row = await store.operations.unfinished_deletion("222222222222", **sought)
        assert row is not None
        assert row.parts == [("arn:l", "arn:r"), ("arn:m", None)]
        there = await store.operations.unfinished_deletion("222222222222", "eu-west-1", **sought)
        assert there is None
    assert (
        await store.operations.unfinished_deletion(
            "222222222222", named=("g", "two"), task_arn=None
        )
        is None
    )
    again = (
        await store.operations.begin(new_operation(kind="DELETE_MOVER", task_arn="arn:t"))
    ).operation_id
    await store.operations.end_deletion(again)
    assert (
        await store.operations.unfinished_deletion(
            "222222222222", named=("g", "one"), task_arn=None
        )
        is None
    )


async def test_names_longer_than_their_columns_are_cut(store: Store) -> None:
    operation_id = (
        await store.operations.begin(new_operation(requested_by="x" * 999))
    ).operation_id
    assert len((await store.operations.get(operation_id)).requested_by) == 256
