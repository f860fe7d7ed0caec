"""Requests must be complete in time and bounded, and connections are limited in number."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from graph.server import http_limits
from graph.server.http_limits import REFUSED, BoundedHttp, ConnectionLimits
from graph.server.peer_connections import PeerConnections
from graph.server.websocket_limits import BoundedWebSocket

SCOPES: list[Any] = []
"""Of the requests that reached ``app``, in order."""


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers once the body is complete, or not at all if the client has left."""
    SCOPES.append(scope)
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.request":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


@asynccontextmanager
async def served(limits: ConnectionLimits, most: int = 10) -> AsyncIterator[int]:
    """The port of ``app`` behind the protocol."""
    http = cast("Any", partial(BoundedHttp, limits=limits, peers=PeerConnections(most)))
    config = uvicorn.Config(app, http=http, ws=BoundedWebSocket, lifespan="off", log_config=None)
    config.load()
    state = ServerState()

    def protocol() -> asyncio.Protocol:
        made: asyncio.Protocol = cast("Any", config.http_protocol_class)(
            config=config, server_state=state, app_state={}
        )
        return made

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    SCOPES.clear()
    async with server:
        yield server.sockets[0].getsockname()[1]
        async with asyncio.timeout(20):
            await asyncio.gather(*state.tasks)
        for connection in list(state.connections):
            cast("Any", connection).transport.abort()
        await asyncio.sleep(0)  # until they are closed


async def answer(port: int, sent: bytes) -> bytes:
    """All that comes until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(20):
        told = await reader.read()
    writer.close()
    await writer.wait_closed()
    return told


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET", 408),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", 408),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", 408),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 408),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 2_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/9\r\n\r\n", 400),
    ],
    ids=["a method", "a head", "a body", "chunks", "a long head", "no HTTP"],
)
async def test_a_request_that_is_incomplete_or_too_large_is_refused(
    sent: bytes, status: int
) -> None:
    async with served(ConnectionLimits(0.05, head_bytes=1_000)) as port:
        told = (await answer(port, sent)).decode()
    assert told.startswith(f"HTTP/1.1 {status} ")
    head, _, reason = told.partition("\r\n\r\n")
    assert "connection: close" in head
    assert "x-request-id: " in head
    assert f"content-length: {len(reason)}" in head
    assert [scope.get(REFUSED) for scope in SCOPES] == ([status] if sent[:4] == b"POST" else [])


async def test_a_connection_that_sends_nothing_is_closed_without_an_answer() -> None:
    async with served(ConnectionLimits(0.05)) as port:
        assert await answer(port, b"") == b""
    assert SCOPES == []


async def test_each_request_of_a_connection_has_its_own_deadline_and_answer() -> None:
    whole = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    async with served(ConnectionLimits(0.3)) as port:
        told = await answer(port, whole + whole + whole[:-1])
    assert [part[:3] for part in told.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"408"]
    assert [scope.get(REFUSED) for scope in SCOPES] == [None, None, 408]


@pytest.mark.parametrize("upgrade", [b"Upgrade", b"keep-alive, Upgrade", b"x, " * 100 + b"upgrade"])
def test_a_handshake_has_one_plain_connection_field_and_no_extensions(upgrade: bytes) -> None:
    fields = [
        (b"host", b"x"),
        (b"connection", upgrade),
        (b"sec-websocket-extensions", b"permessage-deflate; " * 50),
        (b"connection", b"close"),
        (b"upgrade", b"websocket"),
    ]
    assert http_limits._handshake(fields) == [
        (b"host", b"x"),
        (b"upgrade", b"websocket"),
        (b"connection", b"Upgrade"),
    ]


GET = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
SLOW = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n{"
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
FIRST, SECOND, THIRD = "127.0.0.1", "127.0.0.2", "127.0.0.3"


class Clients:
    """Connections from several addresses to one server."""

    def __init__(self, port: int, stack: AsyncExitStack) -> None:
        self._port, self._stack = port, stack

    async def send(self, address: str, sent: bytes) -> Client:
        """A connection on which something was sent; a slow request has begun."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(address, 0)
        )
        self._stack.callback(writer.close)
        writer.write(sent)
        if sent == SLOW:
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        return Client(reader, writer)

    async def status(self, address: str, path: bytes = b"/") -> int:
        return await (await self.send(address, GET % path)).status()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def status(self) -> int:
        """That of the next response, whose head is read."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head.split()[1])


@asynccontextmanager
async def clients() -> AsyncIterator[Clients]:
    """Of a server for ten connections."""
    async with served(ConnectionLimits(20)) as port, AsyncExitStack() as stack:
        async with asyncio.timeout(20):
            yield Clients(port, stack)


async def test_one_address_with_slow_requests_keeps_no_other_out() -> None:
    async with clients() as of:
        for _ in range(8):
            await of.send(FIRST, SLOW)
        beyond = await of.send(FIRST, GET % b"/")
        told = (await beyond.reader.read()).decode()
        assert told.startswith("HTTP/1.1 503 ")
        assert "retry-after: 5\r\n" in told
        assert "x-request-id: " in told
        assert told.endswith("There are too many connections. Try again.\n")
        assert [await of.status(SECOND) for _ in range(2)] == [200, 200]


async def test_probes_are_answered_where_nobody_else_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "graph.server.http_limits")
    async with clients() as of:
        for address in [FIRST] * 8 + [SECOND] * 2:
            await of.send(address, SLOW)
        for path in (b"/livez", b"/readyz?verbose", b"/healthz"):
            probe = await of.send(THIRD, GET % path)
            told = await probe.reader.read()
            assert told.startswith(b"HTTP/1.1 200 ")
            assert b"connection: close\r\n" in told
        assert await (await of.send(THIRD, b"")).status() == 503
        assert await of.status(THIRD, b"/livezz") == 503
        assert await (await of.send(THIRD, UPGRADE.replace(b"/ ", b"/livez ", 1))).status() == 503
        assert await (await of.send(THIRD, SLOW + b"12345678")).status() == 503
    assert len(SCOPES) == 10 + 3
    lines = [r.getMessage() for r in caplog.records if r.name == "graph.server.http_limits"]
    assert len(lines) == 4
    assert all("status=503 " in line and f" peer={THIRD} " in line for line in lines)


@pytest.mark.parametrize("sent", [b"", GET % b"/"], ids=["silent", "kept alive"])
async def test_idle_connections_make_room_the_longest_idle_first(sent: bytes) -> None:
    async with clients() as of:
        kept = []
        for address in [FIRST] * 8 + [SECOND] * 2:
            kept.append(await of.send(address, sent))
            if sent:
                assert await kept[-1].status() == 200
        kept[0].writer.write(GET % b"/")  # the last to be idle from now on
        await kept[0].reader.readuntil(b" 200 OK")
        assert await of.status(THIRD) == 200
        await kept[1].reader.read()  # until the server closes it
        for each in [kept[0], *kept[2:]]:
            each.writer.write(GET % b"/")
            await each.reader.readuntil(b" 200 OK")


async def test_sockets_count_until_they_end() -> None:
    async with clients() as of:
        sockets = [await of.send(FIRST, UPGRADE) for _ in range(8)]
        assert [await each.status() for each in sockets] == [101] * 8
        assert await of.status(FIRST) == 503
        sockets[0].writer.close()
        while await of.status(FIRST) != 200:
            continue
