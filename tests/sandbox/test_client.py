"""The client of the demo: what it yields, and what it reports as a failed step."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from websockets.typing import Subprotocol

from graph.sandbox.client import Client, DemoError

NEXT = {"id": "1", "type": "next"}
ACK = {"type": "connection_ack"}
COMPLETE = {"id": "1", "type": "complete"}


def event(number: int) -> dict[str, Any]:
    return {**NEXT, "payload": {"data": {"n": number}}}


@asynccontextmanager
async def speaking(*messages: dict[str, Any]) -> AsyncIterator[tuple[Client, list[Any]]]:
    """A client of a WebSocket server that sends these frames and closes; and what it receives."""
    heard: list[Any] = []

    async def serve(wire: websockets.ServerConnection) -> None:
        heard.append(json.loads(await wire.recv()))
        await wire.send(json.dumps(ACK))
        heard.append(json.loads(await wire.recv()))
        for message in messages:
            await wire.send(json.dumps(message))

    protocol = Subprotocol("graphql-transport-ws")
    async with websockets.serve(serve, "127.0.0.1", 0, subprotocols=[protocol]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Client(f"http://127.0.0.1:{port}", "secret"), heard


async def events(client: Client, into: list[Any]) -> None:
    async for data in client.subscribe("subscription($a: Int) { n }", a=1):
        into.append(data)  # noqa: PERF401 - the events before a failure count


async def test_events_are_yielded_until_the_operation_is_complete() -> None:
    seen: list[Any] = []
    async with speaking(event(1), {"type": "ping"}, event(2), COMPLETE, event(3)) as (
        client,
        heard,
    ):
        await events(client, seen)
    assert seen == [{"n": 1}, {"n": 2}]
    assert heard[0] == {"type": "connection_init", "payload": {"X-Auth-Token": "secret"}}
    assert heard[1]["payload"] == {"query": "subscription($a: Int) { n }", "variables": {"a": 1}}


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ({"id": "1", "type": "error", "payload": [{"message": "too expensive"}]}, "too expensive"),
        ({**NEXT, "payload": {"data": None, "errors": [{"message": "denied"}]}}, "denied"),
        (None, "the server closed the stream"),
    ],
)
async def test_a_stream_that_fails_is_a_failed_step_after_its_events(
    last: dict[str, Any] | None, why: str
) -> None:
    seen: list[Any] = []
    messages = [event(1)] if last is None else [event(1), last]
    async with speaking(*messages) as (client, _):
        with pytest.raises(DemoError, match=why):
            await events(client, seen)
    assert seen == [{"n": 1}]


@asynccontextmanager
async def answering(answer: dict[str, Any]) -> AsyncIterator[tuple[Client, list[bytes]]]:
    """A client of an HTTP server that gives one answer to everything; and what it receives."""
    heard: list[bytes] = []
    body = json.dumps(answer).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        heard.extend((head, await reader.readexactly(length)))
        writer.write(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        writer.write(body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "secret"), heard


async def test_the_data_of_an_answer_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # not used: the server is on this host
    async with answering({"data": {"viewer": None}}) as (client, heard):
        assert await client.execute("{ viewer { name } }", id="x") == {"viewer": None}
    assert heard[0].startswith(b"POST /graphql HTTP/1.1\r\n")
    assert b"x-auth-token: secret" in heard[0].lower()
    assert json.loads(heard[1]) == {"query": "{ viewer { name } }", "variables": {"id": "x"}}


async def test_an_error_beside_data_is_a_failed_step() -> None:
    async with answering({"data": {"n": 1}, "errors": [{"message": "denied"}]}) as (client, _):
        with pytest.raises(DemoError, match="denied"):
            await client.execute("{ n }")
