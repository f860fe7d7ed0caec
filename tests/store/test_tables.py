"""Every table is bounded: what is old is deleted, in each table that a store has."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from graph.store import Store, open_store
from graph.store.tables import METADATA
from tests.stores import BOTH, store_url

YEAR: Final = 366 * 86_400.0
KEPT: Final = {
    "replicas": "one row per living server; the others remove it once it is dead or retired",
    "facts": "one row per decision of the deployment",
    "alembic_version": "the row with the revision",
}
TIME: Final = 0.0
"""Stands for a time: when the row was written."""
ROWS: Final[dict[str, dict[str, Any]]] = {
    "operations": {
        "id": "",
        "kind": "DELETE_MOVER",
        "status": "COMPLETED",
        "account_id": "222222222222",
        "mover_name": "one",
        "requested_by": "me",
        "created_at": TIME,
        "updated_at": TIME,
        "ended_at": TIME,
        "input": b"",
    },
    "operation_events": {"operation_id": "", "position": 1, "message": "m", "at": TIME},
    "name_claims": {"name": "", "operation_id": "gone", "at": TIME},
    "idempotency_keys": {"key": "", "fingerprint": "f", "claimed_at": TIME, "created_at": TIME},
    "run_notes": {"run_arn": "", "at": TIME},
    "run_cancellations": {"run_arn": "", "attempt": "a", "requested_at": TIME},
    "run_starts": {"task_arn": "", "after": "a", "at": TIME},
    "run_watches": {"run_arn": "", "leased_until": TIME, "sequence": 1, "ended": False},
    "start_claims": {"task_arn": "", "attempt": "a", "claimed_at": TIME},
    "late_effects": {"operation_id": "", "noted_at": TIME, "due_at": TIME},
    "audit": {
        "attempt": "",
        "at": TIME,
        "phase": "REFUSED",
        "action": "STOP_MOVER",
        "requested_key": "k",
        "resources": "[]",
    },
}
"""A row of each table. The empty column names it."""


@pytest.mark.parametrize("kind", BOTH)
async def test_what_is_old_is_deleted_from_every_table_of_a_store_and_what_is_new_stays(
    kind: str, tmp_path: Path
) -> None:
    with store_url(kind, tmp_path, empty=True) as url:
        async with open_store(url) as store:
            assert await tables(store) == ROWS.keys() | KEPT.keys(), "a table without a bound"
            for mark in ("new", "old"):
                await fill(store, mark)
            now = store.now()
            await store.retention.delete_expired(now - 3_600)
            await store.audit.forget(300 * 86_400)
            await store.late_effects.claim_due(now, shortest=1, longest=2, window=YEAR * 9)
            assert await marks(store) == {name: ["new"] for name in ROWS}


async def tables(store: Store) -> set[str]:
    return await store.database.transact(lambda c: set(sa.inspect(c).get_table_names()))


async def fill(store: Store, mark: str) -> None:
    moment = store.now() - (YEAR if mark == "old" else 0)
    for name, row in ROWS.items():
        given = row | {column: moment for column, value in row.items() if value is TIME}
        given |= {column: mark for column, value in row.items() if value == ""}
        await store.database.write(sa.insert(METADATA.tables[name]).values(given))


async def marks(store: Store) -> dict[str, list[str]]:
    """The names of the rows that each table has."""
    found = {}
    for name, row in ROWS.items():
        (column,) = (column for column, value in row.items() if value == "")
        rows = await store.database.rows(METADATA.tables[name].select())
        found[name] = [each[column] for each in rows]
    return found
