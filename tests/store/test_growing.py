"""A store of an older version: what its tables lack is added on opening, or a sentence says why."""

from __future__ import annotations

import asyncio
import fcntl
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import RunRecords, Store, database
from graph.store.database import driver_url
from graph.store.growing import OldTables
from tests.store.test_store import values
from tests.stores import BOTH, store_url


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with store_url(request.param, tmp_path) as made:
        yield made


def change(url: str, *statements: str) -> None:
    engine = sa.create_engine(driver_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


async def test_columns_indexes_and_tables_are_added_by_whoever_comes_first(url: str) -> None:
    async with Store(url) as store:
        before = await store.begin_operation(values("kept"))
    change(
        url,
        "DROP INDEX operations_newest",
        "ALTER TABLE operations DROP COLUMN swept_at",
        "ALTER TABLE operations DROP COLUMN parts",
        "ALTER TABLE run_notes DROP COLUMN cancelled_by",
        "DROP TABLE idempotency_keys",
    )

    async def opened() -> None:
        async with Store(url) as store:
            await RunRecords(store).notes(["arn"])

    await asyncio.gather(*(opened() for _ in range(4)))
    async with Store(url) as store:
        await store.note_swept([before.operation_id])
        await RunRecords(store).note_started("arn", "me")
        row = (await store.operation(before.operation_id)).values
        assert (row["mover_name"], row["parts"]) == ("kept", None)
        assert row["swept_at"] is not None
    engine = sa.create_engine(driver_url(url))
    indexes = {index["name"] for index in sa.inspect(engine).get_indexes("operations")}
    tables = sa.inspect(engine).get_table_names()
    engine.dispose()
    assert "operations_newest" in indexes
    assert "idempotency_keys" in tables


async def test_what_cannot_be_added_is_told(url: str) -> None:
    async with Store(url):
        pass
    change(url, "ALTER TABLE idempotency_keys DROP COLUMN claimed_at")
    with pytest.raises(OldTables, match=r"idempotency_keys .* claimed_at: start on a new store"):
        async with Store(url):
            pass


async def test_a_lock_that_is_never_given_back_ends_the_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_LOCKED", 0.1)
    path = tmp_path / f"{uuid.uuid4()}.sqlite"
    handle = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(Upstream):
            async with Store(f"sqlite:///{path}"):
                pass
    finally:
        os.close(handle)
