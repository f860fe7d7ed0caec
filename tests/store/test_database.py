"""A crowd at the store: each waits for a turn, in bounds, and no heartbeat waits behind it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import threading
import traceback
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import pytest_asyncio
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import Store, database
from graph.store.tables import METADATA
from tests.operations.proxy import Proxy
from tests.stores import BOTH, fresh_database, store_url


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(f"sqlite:///{tmp_path}/db.sqlite") as opened:
        yield opened


class Busy:
    """Transactions that stand until they are let go; they hold a connection and no lock."""

    def __init__(self, store: Store) -> None:
        self._store, self._gate = store, threading.Event()
        self.begun = threading.Semaphore(0)

    def __call__(self, _connection: sa.Connection) -> None:
        self.begun.release()
        self._gate.wait(30)

    async def __aenter__(self) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self._store.transact(self)) for _ in range(4)]
        for _ in tasks:
            await asyncio.to_thread(self.begun.acquire)
        return tasks

    async def __aexit__(self, *exc: object) -> None:
        self._gate.set()


async def test_a_heartbeat_does_not_wait_behind_a_crowd(store: Store) -> None:
    async with Busy(store):
        assert await store.beat("me") == {"me": 0}


async def test_who_waits_too_long_for_a_turn_is_told_that_the_store_is_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Busy(store):
        monkeypatch.setattr(database, "_QUEUED", 0.01)
        with pytest.raises(Upstream, match="too busy"):
            await store.unended()
    monkeypatch.undo()
    assert await store.unended() == []


async def test_a_turn_that_nobody_waits_for_any_more_is_given_on(store: Store) -> None:
    async with Busy(store) as tasks:
        left = [asyncio.create_task(store.unended()) for _ in range(3)]
        await asyncio.to_thread(bool)  # they have begun to wait
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    await asyncio.gather(*tasks)
    assert await asyncio.gather(*(store.unended() for _ in range(9))) == [[]] * 9


@pytest.mark.postgres
@pytest.mark.parametrize("idle", [True, False])
async def test_one_that_was_idle_is_replaced_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
    idle: bool,  # noqa: FBT001 - a test's case
) -> None:
    monkeypatch.setattr(database, "_IDLE", 0.0 if idle else 60.0)
    with fresh_database() as given:
        address = psycopg.conninfo.conninfo_to_dict(given)
        async with Proxy(str(address["host"]), int(address["port"] or 5432)) as way:
            url = sa.make_url(given).set(host="127.0.0.1", port=way.port)
            async with Store(url.render_as_string(hide_password=False)) as store:
                assert await store.unended() == []
                way.cut()
                way.mend()
                if not idle:  # it is found out by its use
                    with pytest.raises(Upstream, match="try again"):
                        await store.unended()
                assert await store.unended() == []


PLANTED: Final = "planted-value"


def row_of(table: sa.Table) -> dict[str, Any]:
    kinds: dict[type, Any] = {float: 1.0, int: 7, bytes: PLANTED.encode(), str: PLANTED}
    return {column.name: kinds[column.type.python_type] for column in table.columns}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("name", METADATA.tables)
async def test_a_rejected_row_is_not_quoted(kind: str, name: str, tmp_path: Path) -> None:
    table = METADATA.tables[name]
    row = row_of(table)
    with store_url(kind, tmp_path) as url:
        async with Store(url) as store:
            await store.write(sa.insert(table).values(cut(table, row)))
            with pytest.raises(sa.exc.DBAPIError) as twice:
                await store.write(sa.insert(table).values(cut(table, row)))
            (*_, last) = (column.name for column in table.columns if not column.nullable)
            with pytest.raises(sa.exc.DBAPIError) as null:
                await store.write(sa.insert(table).values(cut(table, row) | {last: None}))
    for error in (twice, null):
        told = "".join(traceback.format_exception(error.value))
        assert PLANTED not in told


def cut(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value[: getattr(table.c[name].type, "length", None)]
        if isinstance(value, str)
        else value
        for name, value in row.items()
    }


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
