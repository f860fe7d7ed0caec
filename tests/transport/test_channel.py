"""A client that does not read: it holds up its own operations, nobody else, and not for ever."""

from __future__ import annotations

import asyncio

import pytest

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


async def test_a_client_that_leaves_ends_all_its_operations() -> None:
    served = app()
    async with Socket(served) as wire:
        names = [str(n) for n in range(5)]
        wire.say(INIT, *[subscribe("subscription { count(to: 11) }", name) for name in names])
        await wire.until(lambda: len(wire.heard) == 56)
        wire.leave()
        await wire.ended()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_operations_of_a_socket_and_sockets_are_counted() -> None:
    served = app(operations_per_socket=2, sockets=1)
    async with Socket(served) as wire, Socket(served) as another:
        names = ("a", "b", "c")
        wire.say(INIT, *[subscribe("subscription { count(to: 11) }", name) for name in names])
        await wire.until(lambda: any(m.get("id") == "c" for m in wire.heard))
        (refused,) = (m for m in wire.heard if m.get("id") == "c")
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == "QUOTA_EXCEEDED"
        assert refused["payload"][0]["extensions"]["requestId"]
        await another.ended()
        assert another.closed_with == (4503, "Too many connections")
        wire.say({"type": "complete", "id": "a"}, subscribe("{ hello }", "d"))
        await wire.until(lambda: {"type": "complete", "id": "d"} in wire.heard)
        wire.leave()
        await wire.ended()
    async with Socket(served) as later:
        later.say(INIT)
        await later.until(lambda: later.heard == [{"type": "connection_ack"}])
