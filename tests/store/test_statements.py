"""The prepared statements: each concerns one operation, and finds it without reading all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from graph.store import Store, StoredOperation, open_store, statements
from tests.store.operations import new_operation
from tests.stores import migrated_file

FREQUENT: Final = {
    name: statement
    for name, statement in vars(statements).items()
    if isinstance(statement, sa.Select | sa.Update)
}
CHANGES: Final[dict[str, dict[str, Any]]] = {
    "RUNS": {"now": 7.0},
    "HAS_MADE": {"task": "arn:task", "made": '[["l", null]]', "now": 7.0},
    "HAS_PARTS": {"left": "[]"},
    "ENDS": {"how": "FAILED", "why": "no", "code": "CONFLICT", "step": "TASK", "now": 7.0},
    "LOCK": {},
}
INDEXES: Final = {"CREATES_BESIDE": "operations_by_end", "NOTHING_LEFT": "operations_by_task"}
"""By which statements are executed that could use one that has all operations of an account."""
ONLY_BEFORE_THE_END: Final = ("RUNS", "ENDS")


def test_every_change_of_an_operation_is_among_these() -> None:
    updates = {name for name, each in FREQUENT.items() if isinstance(each, sa.Update)}
    assert updates == CHANGES.keys() | {"NOTHING_LEFT", "NOTHING_MADE"}


@pytest.mark.parametrize("name", FREQUENT)
async def test_no_frequent_statement_reads_a_whole_table(tmp_path: Path, name: str) -> None:
    compiled = FREQUENT[name].compile(dialect=sqlite.dialect())
    given = (None,) * len(compiled.positiontup or ())

    def plan(connection: sa.Connection) -> list[str]:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", given)
        return [row.detail for row in rows]

    async with open_store(migrated_file(tmp_path / "db.sqlite")) as store:
        details = await store.database.transact(plan)
    assert details
    assert [detail for detail in details if detail.startswith("SCAN")] == []
    assert INDEXES.get(name, "") in "".join(details)
    assert "(account_id=?)" not in "".join(details)


async def three(store: Store) -> list[str]:
    """The ids of two operations under way and of one that has ended."""
    ids = [
        (await store.operations.begin(new_operation(name))).operation_id for name in ("a", "b", "c")
    ]
    await store.operations.end(ids[2], "why")
    return ids


async def shown(store: Store, ids: list[str]) -> list[StoredOperation]:
    return [await store.operations.get(each) for each in ids]


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_concerns_its_own_operation_alone(store: Store, name: str) -> None:
    ids = await three(store)
    before = await shown(store, ids)
    await store.database.write(FREQUENT[name], {"wanted": ids[0], **CHANGES[name]})
    after = await shown(store, ids)
    assert after[1:] == before[1:]
    assert (after[0] == before[0]) == (name == "LOCK")


@pytest.mark.parametrize("name", CHANGES)
async def test_what_describes_work_under_way_does_not_change_an_ended_operation(
    store: Store, name: str
) -> None:
    ids = await three(store)
    before = await shown(store, ids)
    await store.database.write(FREQUENT[name], {"wanted": ids[2], **CHANGES[name]})
    after = await shown(store, ids)
    assert (after[2] == before[2]) == (name in (*ONLY_BEFORE_THE_END, "LOCK"))
    assert (after[2].status, after[2].failure) == ("FAILED", "why")


async def test_nothing_left_clears_all_deletions_of_the_same_task_and_no_other(
    store: Store,
) -> None:
    ids = []
    for name, task in (("a", "t1"), ("b", "t1"), ("c", "t2"), ("d", None)):
        given = new_operation(name, kind="DELETE_MOVER", task_arn=task)
        ids.append((await store.operations.begin(given)).operation_id)
        await store.operations.set_parts(ids[-1], [("l", None)])
    await store.database.write(statements.NOTHING_LEFT, {"wanted": ids[0]})
    left = [row.parts is not None for row in await shown(store, ids)]
    assert left == [False, False, True, True]
    await store.database.write(statements.NOTHING_LEFT, {"wanted": ids[3]})
    assert [row.parts is not None for row in await shown(store, ids)] == left


async def test_nothing_made_clears_the_parts_of_a_create_and_of_no_deletion(store: Store) -> None:
    creates = [
        (await store.operations.begin(new_operation(name))).operation_id for name in ("a", "b")
    ]
    for each in creates:
        await store.operations.set_task(each, "t", [("l", None)])
    given = new_operation("c", kind="DELETE_MOVER", task_arn="t")
    deletion = (await store.operations.begin(given)).operation_id
    await store.operations.set_parts(deletion, [("l", None)])
    for each in (creates[0], deletion):
        await store.database.write(statements.NOTHING_MADE, {"wanted": each})
    left = [row.parts is not None for row in await shown(store, [*creates, deletion])]
    assert left == [False, True, True]
