"""A crowd at the store: each waits for a turn, in bounds, and no heartbeat waits behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio
import sqlalchemy as sa

from graph.concurrency import Work, begin_work
from graph.model.errors import Upstream
from graph.store import Store, database, open_store
from graph.store.tables import FACTS
from tests.stores import fresh_database

T = TypeVar("T")


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path}/db.sqlite") as opened:
        yield opened


def as_caller(caller: str, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task that works for a caller."""
    context = copy_context()
    context.run(begin_work, Work((caller, None, "request")))
    return asyncio.create_task(work, context=context)


class Busy:
    """Transactions that stand until they are let go; they hold a connection and no lock."""

    def __init__(self, store: Store) -> None:
        self._store, self._gate = store, threading.Event()
        self.begun = threading.Semaphore(0)

    def __call__(self, _connection: sa.Connection) -> None:
        self.begun.release()
        self._gate.wait(30)

    async def __aenter__(self) -> list[asyncio.Task[None]]:
        """One task per slot, each of another caller."""
        tasks = [as_caller(f"busy-{n}", self._store.database.transact(self)) for n in range(4)]
        for _ in tasks:
            await asyncio.to_thread(self.begun.acquire)
        return tasks

    def release(self) -> None:
        self._gate.set()

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


async def test_callers_take_turns_however_many_transactions_each_has_waiting(store: Store) -> None:
    busy, order = Busy(store), []

    async def note(caller: str) -> None:
        await store.database.transact(lambda _: order.append(caller))

    async with busy:
        flood = [as_caller("flood", note("flood")) for _ in range(100)]
        await asyncio.sleep(0)
        honest = as_caller("honest", note("honest"))
        await asyncio.sleep(0)
    await asyncio.gather(honest, *flood)
    assert order.index("honest") <= 4 + 1  # of the flood: those that have a slot at once, and one


async def test_slow_transactions_of_one_caller_leave_a_slot_to_others(store: Store) -> None:
    busy = Busy(store)
    slow = [as_caller("slow", store.database.transact(busy)) for _ in range(10)]
    for _ in range(3):
        await asyncio.to_thread(busy.begun.acquire)
    assert await as_caller("honest", store.operations.unended()) == []
    assert not busy.begun.acquire(blocking=False)
    busy.release()
    await asyncio.gather(*slow)


async def test_what_waits_of_one_caller_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WAITING", 5)
    async with open_store(f"sqlite:///{tmp_path}/db.sqlite") as store:
        async with Busy(store):
            flood = [as_caller("flood", store.operations.unended()) for _ in range(8)]
            honest = as_caller("honest", store.operations.unended())
            for _ in range(5):
                await asyncio.sleep(0)
            refused = [task.exception() for task in flood if task.done()]
            assert [type(error) for error in refused] == [Upstream] * 3
            assert not honest.done()
        assert await honest == []
        await asyncio.gather(*flood, return_exceptions=True)


@pytest.mark.postgres
async def test_a_single_statement_is_a_transaction_and_leaves_others_theirs() -> None:
    """Its transaction starts as it does, not before. ``transact`` rolls back what fails."""
    began = sa.select((sa.func.now() == sa.func.statement_timestamp()).label("at_once"))

    def fail(connection: sa.Connection) -> None:
        connection.execute(sa.delete(FACTS))
        raise LookupError

    with fresh_database() as url:
        async with open_store(url, connections=3) as store:
            before = len(await store.database.rows(sa.select(FACTS)))
            for number in range(3):
                fact = {"name": f"fact-{number}", "value": "v"}
                await store.database.write(sa.insert(FACTS), fact)
                assert await store.database.rows(began) == [{"at_once": True}]
                with pytest.raises(LookupError):
                    await store.database.transact(fail)
                assert len(await store.database.rows(sa.select(FACTS))) == before + number + 1
