"""Each transaction is counted once, by the way it ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from graph.concurrency import FairSlots
from graph.model.errors import NotFound, Upstream
from graph.store import Store
from graph.store.measuring import BUSY, CANCELLED, FAILED, OK, ROLLED_BACK

OUTCOMES = (OK, ROLLED_BACK, FAILED, BUSY, CANCELLED)


def counts() -> dict[str, float]:
    name = "datasync_api_store_calls_total"
    found = {each: REGISTRY.get_sample_value(name, {"outcome": each}) or 0.0 for each in OUTCOMES}
    for measured in ("call", "wait"):
        name = f"datasync_api_store_{measured}_seconds_count"
        found[measured] = REGISTRY.get_sample_value(name) or 0.0
    return found


def refuse(_connection: sa.Connection) -> None:
    raise NotFound("there is none")


def answer_upstream(_connection: sa.Connection) -> None:
    raise Upstream("what is stored says so")


def break_constraint(connection: sa.Connection) -> None:
    connection.execute(sa.text("INSERT INTO replicas (id, beat) VALUES (NULL, NULL)"))


def be_away(_connection: sa.Connection) -> None:
    raise sa.exc.OperationalError("SELECT 1", {}, Exception("connection refused"))


async def cancelled(store: Store) -> None:
    begun, gate = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work(_connection: sa.Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        gate.wait(30)

    task = asyncio.create_task(store.database.transact(work))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    gate.set()


async def busy(store: Store) -> None:
    slots, before = FairSlots(0, waiting=0), store.database._turns
    store.database._turns = slots
    try:
        await store.operations.unended()
    finally:
        store.database._turns = before


WAYS: dict[str, tuple[Callable[[Store], Awaitable[Any]], str, set[str]]] = {
    "a read": (lambda s: s.operations.unended(), OK, {"call", "wait"}),
    "a heartbeat": (lambda s: s.replicas.beat("me"), OK, {"call"}),
    "a refusal": (lambda s: s.database.transact(refuse), ROLLED_BACK, {"call", "wait"}),
    "an answer": (lambda s: s.database.transact(answer_upstream), ROLLED_BACK, {"call", "wait"}),
    "a constraint": (
        lambda s: s.database.transact(break_constraint),
        ROLLED_BACK,
        {"call", "wait"},
    ),
    "an outage": (lambda s: s.database.transact(be_away), FAILED, {"call", "wait"}),
    "a crowd": (busy, BUSY, {"wait"}),
    "a client that leaves": (cancelled, CANCELLED, {"call", "wait"}),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_transaction_is_counted_by_its_outcome(store: Store, way: str) -> None:
    transact, outcome, measured = WAYS[way]
    before = counts()
    await asyncio.gather(transact(store), return_exceptions=True)
    after = counts()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == dict.fromkeys({outcome, *measured}, 1.0)


async def test_a_wait_that_is_cancelled_is_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.database, "_turns", FairSlots(1))
    async with store.database._turns.slot():
        task = asyncio.create_task(store.operations.unended())
        await asyncio.sleep(0)
        before = counts()[CANCELLED]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert counts()[CANCELLED] == before + 1
