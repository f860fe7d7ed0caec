"""Stores of older and newer versions: upgraded in place, once, while other servers run."""

from __future__ import annotations

import asyncio
import fcntl
import importlib
import os
import pkgutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from graph.model.errors import Upstream
from graph.store import RunRecords, Store, database, newest_revision, revision_of, trouble_with
from graph.store.database import driver_url
from graph.store.migrations import versions
from graph.store.migrations.additions import add_column
from graph.store.schema import SchemaError
from graph.store.tables import METADATA
from tests.store.test_store import values
from tests.stores import BOTH, store_url
from tests.world import LAB

RELEASED = Path(__file__).with_name("released")
LEFT = {"run_starts"}
"""Tables that only older versions use. A later release may drop them."""
WAITING, UNDER_WAY, DELETION, DONE = (f"00000000-0000-4000-8000-00000000000{n}" for n in "1234")
TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-00000000000000001"


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with store_url(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def released(url: str) -> str:
    """A store as the servers before schema revisions left it."""
    made = driver_url(url)
    script = (RELEASED / f"{made.get_backend_name()}.sql").read_text(encoding="utf-8")
    if made.get_backend_name() == "sqlite":
        import sqlite3  # noqa: PLC0415 - for this branch

        connection = sqlite3.connect(str(made.database))
        connection.executescript(script)
        connection.close()
    else:
        with psycopg.connect(url, autocommit=True) as postgres:
            postgres.execute(script.encode())
    return url


def change(url: str, *statements: str) -> None:
    engine = sa.create_engine(driver_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


async def opened(url: str) -> None:
    async with Store(url) as store:
        await store.unended()


async def test_the_migrations_make_the_tables_that_the_code_declares(url: str) -> None:
    """If this fails: add what is missing to a new module under graph/store/migrations/versions."""
    await opened(url)
    engine = sa.create_engine(driver_url(url))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    unexpected = [each for each in differences if not _is_left(each)]
    assert unexpected == []
    assert revision_of(url) == newest_revision()


def _is_left(difference: object) -> bool:
    if not isinstance(difference, tuple) or difference[0] not in ("remove_table", "remove_index"):
        return False
    subject = difference[1]
    table = subject if isinstance(subject, sa.Table) else subject.table
    return table.name in LEFT


def test_every_migration_only_adds() -> None:
    for found in pkgutil.iter_modules(versions.__path__):
        module = importlib.import_module(f"{versions.__name__}.{found.name}")
        assert not hasattr(module, "downgrade"), found.name
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        assert "from alembic import op" not in source, f"{found.name} has to use additions.py"


def test_a_column_that_servers_of_the_version_before_cannot_leave_out_is_refused() -> None:
    with pytest.raises(ValueError, match="nullable or to have a default"):
        add_column("operations", sa.Column("must", sa.Text, nullable=False))


async def test_servers_that_start_at_once_upgrade_a_store_once(released: str) -> None:
    await asyncio.gather(*(opened(released) for _ in range(6)))
    assert revision_of(released) == newest_revision()


async def test_a_released_store_keeps_all_that_it_held(released: str) -> None:
    assert revision_of(released) is None
    async with Store(released) as store:
        statuses = {row.id: row.status for row in await store.unended()}
        assert statuses == {WAITING: "CREATED", UNDER_WAY: "RUNNING", DELETION: "CREATED"}
        done = await store.operation(DONE)
        assert (done.task_arn, done.requested_by) == (TASK, "scheduler for ann")
        assert [message for _, message in done.events] == ["created data mover 'done'"]
        run = f"{TASK}/execution/exec-00000000000000001"
        note = (await RunRecords(store).notes([run]))[run]
        assert (note.started_by, note.cancelled_by) == ("scheduler for ann", "default")
        await store.end_operation(UNDER_WAY, "why")
        assert (await store.begin_operation(values())).operation is not None


async def test_a_store_of_a_newer_version_is_used_as_it_is(url: str) -> None:
    await opened(url)
    change(
        url,
        "UPDATE alembic_version SET version_num = '9999'",
        "ALTER TABLE operations ADD COLUMN of_the_future VARCHAR(8)",
        "CREATE TABLE future (id INTEGER PRIMARY KEY)",
    )
    async with Store(url) as store:
        begun = await store.begin_operation(values())
        await store.end_operation(begun.operation_id, None)
    assert revision_of(url) == "9999"


@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE idempotency_keys DROP COLUMN claimed_at", "DROP TABLE operation_events"],
)
async def test_tables_that_no_release_has_made_are_refused_with_a_sentence(
    released: str, statement: str
) -> None:
    change(released, statement)
    with pytest.raises(SchemaError, match=r"its table .* upgrade it with the last release first"):
        await opened(released)
    assert "upgrade it with the last release first" in str(await trouble_with(released))
    assert revision_of(released) is None


async def test_a_lock_that_is_never_released_ends_the_opening(
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
