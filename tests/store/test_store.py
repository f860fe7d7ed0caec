"""The store on SQLite: names, keys, events, and what is kept how long."""

from __future__ import annotations

import stat
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph.model.errors import Conflict, NameTaken
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


async def test_names_longer_than_their_columns_are_cut(store: Store) -> None:
    operation_id = (await store.begin_operation(values(requested_by="x" * 999))).operation_id
    assert len((await store.operation(operation_id)).requested_by) == 256
