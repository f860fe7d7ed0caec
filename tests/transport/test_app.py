"""Streams and sockets end when the server stops or a caller loses its credentials."""

from __future__ import annotations

import asyncio

import pytest

from graph.observability.metrics import OPEN_STREAMS
from tests.transport.small import app, is_ann
from tests.transport.wire import Socket, Streaming

ENDLESS = "subscription { count(to: 11) }"
INIT = {"type": "connection_init"}


async def test_a_socket_is_closed_with_the_code_after_which_clients_come_back() -> None:
    served = app()
    async with Socket(served) as wire, Socket(served) as silent:
        wire.say(INIT, {"type": "subscribe", "id": "1", "payload": {"query": ENDLESS}})
        await wire.until(lambda: len(wire.heard) == 12)
        served.stop()
        await wire.ended()
        await silent.ended()
    assert wire.closed_with == silent.closed_with == (1012, "Service restart")
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_open_sockets_and_streams_are_counted() -> None:
    before = [open_streams(transport) for transport in ("websocket", "http")]
    async with Socket(app()) as wire, Streaming(app(), ENDLESS) as stream:
        wire.say(INIT)
        await wire.until(lambda: len(wire.heard) == 1)
        await stream.until(lambda: "event: next" in stream.text)
        during = [open_streams(transport) for transport in ("websocket", "http")]
    assert during == [each + 1 for each in before]
    assert [open_streams(transport) for transport in ("websocket", "http")] == before


def open_streams(transport: str) -> float:
    return float(OPEN_STREAMS.labels(transport)._value.get())


async def test_clients_that_do_not_read_do_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("graph.transport.streaming._LAST_SECONDS", 0.01)
    monkeypatch.setattr("graph.transport.websocket._LAST_SECONDS", 0.01)
    served = app()
    async with Socket(served) as wire, Streaming(served, ENDLESS) as stream:
        await stream.until(lambda: stream.text.count("event: next") == 11)
        for each in (wire, stream):
            each.reading.clear()
        served.stop()
        await wire.ended()
        await stream.ended()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_nothing_long_lived_begins_any_more() -> None:
    served = app()
    served.stop()
    async with Streaming(served, ENDLESS) as stream, Socket(served) as wire:
        await stream.ended()
        await wire.ended()
    assert (stream.status, stream.headers["retry-after"]) == (503, "5")
    assert wire.closed_with == (4503, "The server is stopping.")


async def test_a_socket_is_closed_and_one_without_a_caller_is_not() -> None:
    served = app()
    async with Socket(served) as hers, Socket(served) as other, Socket(served) as silent:
        hers.say({"type": "connection_init", "payload": {"token": "ann"}})
        hers.say({"type": "subscribe", "id": "1", "payload": {"query": ENDLESS}})
        other.say({"type": "connection_init", "payload": {"token": "bob"}})
        await hers.until(lambda: len(hers.heard) == 12)
        await other.until(lambda: len(other.heard) == 1)
        served.withdraw(is_ann)
        await hers.ended()
        assert hers.closed_with == (4403, "Credentials no longer valid")
        assert not other.task.done()
        assert not silent.task.done()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_streams_and_sockets_end_when_the_credentials_of_their_caller_expire() -> None:
    served = app(expires_in=lambda identity: 0.05 if is_ann(identity) else None)
    async with (
        Socket(served) as hers,
        Socket(served) as other,
        Streaming(served, ENDLESS, b"ann") as her_stream,
        Streaming(served, ENDLESS) as other_stream,
    ):
        hers.say({"type": "connection_init", "payload": {"token": "ann"}})
        other.say({"type": "connection_init", "payload": {"token": "bob"}})
        await hers.ended()
        await her_stream.ended()
        assert hers.closed_with == (4403, "Credentials no longer valid")
        assert "UNAUTHENTICATED" in her_stream.text
        assert not other.task.done()
        assert not other_stream.task.done()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_withdrawal_is_not_the_end_for_new_ones() -> None:
    served = app()
    served.withdraw(is_ann)
    async with Streaming(served, ENDLESS, b"ann") as stream:
        await stream.until(lambda: "event: next" in stream.text)
    assert stream.status == 200
