"""A store of the first release, with pickled operations in flight, is taken over and finished."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.operations.crash import left
from tests.operations.test_inputs import RELEASED
from tests.world import CREATE, ask, ended, furnish, new_mover, serving

ACCOUNTS = [f"{300_000_000_000 + number}" for number in range(8)]
CREATED, DELETED = (1, 2, 2), (0, 0, 0)
ENDS = {  # by account: how the operation in flight has to end, and what has to be there then
    "300000000000": ("COMPLETED", CREATED),
    "300000000001": ("COMPLETED", (1, 2, 1)),
    "300000000002": ("COMPLETED", DELETED),
    "300000000003": ("COMPLETED", DELETED),
    "300000000004": ("FAILED", DELETED),
    "300000000005": ("COMPLETED", DELETED),
    "300000000006": ("COMPLETED", CREATED),
}


def released_store(folder: Path) -> dict[str, str]:
    """The store as a file where a server expects it; returns the unended operations by account."""
    (folder / "store").mkdir()
    database = sqlite3.connect(folder / "store" / "db.sqlite")
    with database:
        database.executescript(RELEASED.read_text())
    rows = database.execute("SELECT account_id, id FROM operations WHERE ended_at IS NULL")
    found = dict(rows.fetchall())
    database.close()
    return found


@pytest.mark.timeout(120)
async def test_what_the_first_release_had_accepted_is_finished(
    aws: Sandbox, tmp_path: Path
) -> None:
    for account in ACCOUNTS:
        furnish(aws, account)
    operations = released_store(tmp_path)
    assert operations.keys() == ENDS.keys()
    async with serving(tmp_path, lease_seconds=0.5) as client:
        ends = await asyncio.gather(
            *(ended(client, encode("Operation", each)) for each in operations.values())
        )
        assert {
            account: (end["status"], left(aws, account))
            for account, end in zip(operations, ends, strict=True)
        } == ENDS, ends
        # The key that was used before the upgrade leads to its operation still.
        tags = [{"key": "cost", "value": "42"}, {"key": "Who", "value": "me @ home"}]
        given = new_mover(account=ACCOUNTS[0]) | {"tags": tags, "idempotencyKey": "k-1"}
        given["source"]["s3"] |= {"subdirectory": "/a b", "storageClass": "STANDARD_IA"}
        again = (await ask(client, CREATE, input=given))["createMover"]
        assert again["operation"]["id"] == encode("Operation", operations[ACCOUNTS[0]])
    database = sqlite3.connect(tmp_path / "store" / "db.sqlite")
    running = "SELECT count(*) FROM workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"
    assert database.execute(running).fetchone() == (0,)
    database.close()
