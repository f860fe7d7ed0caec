"""A client that does not read delays only its own operations, and is disconnected in the end."""

from __future__ import annotations

import asyncio

import pytest

from graph.transport import ABORT
from tests.transport.small import app, closed, made
from tests.transport.wire import Socket, settle

INIT = {"type": "connection_init"}


def subscribe(query: str, name: str = "1") -> dict[str, object]:
    return {"type": "subscribe", "id": name, "payload": {"query": query}}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    made.clear()
    closed.clear()


async def test_nothing_is_made_for_a_client_that_does_not_read() -> None:
    async with Socket(app()) as slow, Socket(app()) as quick:
        slow.say(INIT)
        await slow.until(lambda: len(slow.heard) == 1)
        slow.reading.clear()
        slow.say(subscribe("subscription { count(to: 200) }"))
        await settle()
        assert len(made) == 1  # waits to be sent
        quick.say(INIT, subscribe("{ hello }"))
        await quick.until(lambda: quick.heard[-1:] == [{"type": "complete", "id": "1"}])
        assert len(made) == 1
        slow.reading.set()
        await slow.until(lambda: len(slow.heard) > 50)


async def test_pings_of_a_client_that_does_not_read_are_not_collected() -> None:
    async with Socket(app()) as wire:
        wire.say(INIT)
        await wire.until(lambda: len(wire.heard) == 1)
        wire.reading.clear()
        wire.say(*[{"type": "ping"}] * 90)
        await settle()
        assert wire.waiting == 1
        wire.reading.set()
        await wire.until(lambda: len(wire.heard) == 91)


@pytest.mark.parametrize("message", [subscribe("subscription { count(to: 9) }"), {"type": "ping"}])
async def test_a_client_that_never_reads_is_given_up(message: dict[str, object]) -> None:
    served = app(stuck_seconds=0.01)
    async with Socket(served) as wire:
        wire.say(INIT, subscribe("subscription { count(to: 11) }", "other"))
        await wire.until(lambda: len(wire.heard) >= 12)
        wire.reading.clear()
        wire.say(message)
        await wire.ended()
    assert closed.is_set()
    assert len(served.endpoint.sockets) == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_socket_whose_client_never_reads_is_ended_without_waiting_for_it() -> None:
    aborted: list[bool] = []
    served = app(stuck_seconds=0.01)
    async with Socket(served) as wire:
        wire.scope[ABORT] = lambda: aborted.append(True)
        wire.say(INIT)
        await wire.until(lambda: len(wire.heard) == 1)
        wire.reading.clear()
        await wire.ended()
    assert aborted == [True]
    assert len(served.endpoint.sockets) == 0
