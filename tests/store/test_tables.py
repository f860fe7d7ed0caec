"""Every table is bounded: what is old goes, in each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from graph.store import AuditTrail, LateEffects, Store
from graph.store.tables import METADATA
from tests.store.test_store import values
from tests.stores import BOTH, store_url

YEAR: Final = 366 * 86_400.0
KEPT: Final = {
    "replicas": "one row per living server; the others remove it once it is dead or retired",
}
ROWS: Final[dict[str, dict[str, Any]]] = {
    "operations": {
        **values(),
        "reservation": None,
        "status": "COMPLETED",
        "created_at": 0.0,
        "updated_at": 0.0,
        "ended_at": 0.0,
    },
    "operation_events": {"operation_id": "", "position": 1, "message": "m", "at": 0.0},
    "idempotency_keys": {"key": "k", "fingerprint": "f", "claimed_at": 0.0, "created_at": 0.0},
    "run_notes": {"run_arn": "r", "at": 0.0},
    "run_cancellations": {"run_arn": "r", "attempt": "a", "requested_at": 0.0},
    "start_claims": {"task_arn": "t", "attempt": "a", "claimed_at": 0.0},
    "late_effects": {"operation_id": "o", "noted_at": 0.0, "due_at": 0.0},
    "audit": {
        "attempt": "a",
        "at": 0.0,
        "phase": "REFUSED",
        "action": "STOP_MOVER",
        "requested_key": "k",
        "resources": "[]",
    },
}


def test_every_table_has_a_bound() -> None:
    assert ROWS.keys() | KEPT.keys() == METADATA.tables.keys()


@pytest.mark.parametrize("kind", BOTH)
async def test_what_is_old_goes_from_every_table_and_what_is_new_stays(
    kind: str, tmp_path: Path
) -> None:
    with store_url(kind, tmp_path) as url:
        async with Store(url) as store:
            for old in (False, True):
                await fill(store, old=old)
            now = store.now()
            await store.forget(now - 3_600)
            await AuditTrail(store).forget(300 * 86_400)
            await LateEffects(store).claim_due(now, shortest=1, longest=2, window=YEAR * 9)
            assert await counts(store) == dict.fromkeys(ROWS, 1)


async def fill(store: Store, *, old: bool) -> None:
    moment = store.now() - (YEAR if old else 0)
    mark = "old" if old else "new"
    for name, row in ROWS.items():
        table = METADATA.tables[name]
        given = {
            column: moment if isinstance(value, float) else value for column, value in row.items()
        }
        first = next(iter(table.primary_key.columns)).name
        if first in given:
            given[first] = mark
        if name in ("operation_events", "late_effects"):
            given["operation_id"] = mark
        await store.write(sa.insert(table).values(given))


async def counts(store: Store) -> dict[str, int]:
    return {name: len(await store.rows(METADATA.tables[name].select())) for name in ROWS}
