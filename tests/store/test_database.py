"""A crowd at the store: each waits for a turn, in bounds, and no heartbeat waits behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import Store, database, open_store


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path}/db.sqlite") as opened:
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
        tasks = [asyncio.create_task(self._store.database.transact(self)) for _ in range(4)]
        for _ in tasks:
            await asyncio.to_thread(self.begun.acquire)
        return tasks

    async def __aexit__(self, *exc: object) -> None:
        self._gate.set()


async def test_a_heartbeat_does_not_wait_behind_a_crowd(store: Store) -> None:
    async with Busy(store):
        assert await store.replicas.beat("me") == {"me": 0}


async def test_who_waits_too_long_for_a_turn_is_told_that_the_store_is_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Busy(store):
        monkeypatch.setattr(database, "_QUEUED", 0.01)
        with pytest.raises(Upstream, match="too busy"):
            await store.operations.unended()
    monkeypatch.undo()
    assert await store.operations.unended() == []


async def test_a_turn_that_nobody_waits_for_any_more_is_given_on(store: Store) -> None:
    async with Busy(store) as tasks:
        left = [asyncio.create_task(store.operations.unended()) for _ in range(3)]
        await asyncio.to_thread(bool)  # they have begun to wait
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    await asyncio.gather(*tasks)
    assert await asyncio.gather(*(store.operations.unended() for _ in range(9))) == [[]] * 9
