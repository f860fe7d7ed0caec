"""Requests must be complete in time and bounded, and connections are limited in number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from graph.sandbox import Sandbox
from graph.server import http_limits
from graph.server.http_limits import REFUSED, BoundedHttp, ConnectionLimits
from tests.api_server import Server


@pytest.mark.timeout(150)
async def test_who_comes_beyond_the_connections_is_refused_and_nobody_else(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with Server(aws, tmp_path, CONNECTIONS="10") as server, AsyncExitStack() as stack:
        first = [await stack.enter_async_context(connected(server)) for _ in range(10)]
        assert await asyncio.gather(*(ping(one) for one in first)) == ["200"] * 10
        beyond = await stack.enter_async_context(connected(server))
        assert await ping(beyond) == "503"
        told = (await beyond[0].read()).decode()
        assert "retry-after: 5\r\n" in told
        assert "x-request-id: " in told
        assert told.endswith("There are too many connections. Try again.\n")
        assert await ping(first[0]) == "200"
        first[1][1].write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await first[1][0].read()  # until the server closes it
        assert await ping(await stack.enter_async_context(connected(server))) == "200"


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    yield reader, writer
    writer.close()


async def ping(streams: Streams) -> str:
    """The status of the answer; what is read is its first line, and the rest of a good one."""
    reader, writer = streams
    writer.write(b"GET /v1/datasync/ping HTTP/1.1\r\nHost: x\r\n\r\n")
    status = (await reader.readline()).split()[1].decode()
    if status == "200":
        await reader.readuntil(b"pong")
    return status


SCOPES: list[Any] = []
"""Of the requests that reached ``app``, in order."""


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers once the body is complete, or not at all if the client has left."""
    SCOPES.append(scope)
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.request":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


@asynccontextmanager
async def served(limits: ConnectionLimits) -> AsyncIterator[int]:
    """The port of ``app`` behind the protocol."""
    http = cast("Any", partial(BoundedHttp, limits=limits))
    config = uvicorn.Config(app, http=http, lifespan="off", log_config=None)
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
    async with served(ConnectionLimits(0.05, 10, head_bytes=1_000)) as port:
        told = (await answer(port, sent)).decode()
    assert told.startswith(f"HTTP/1.1 {status} ")
    head, _, reason = told.partition("\r\n\r\n")
    assert "connection: close" in head
    assert "x-request-id: " in head
    assert f"content-length: {len(reason)}" in head
    assert [scope.get(REFUSED) for scope in SCOPES] == ([status] if sent[:4] == b"POST" else [])


async def test_a_connection_that_sends_nothing_is_closed_without_an_answer() -> None:
    async with served(ConnectionLimits(0.05, 10)) as port:
        assert await answer(port, b"") == b""
    assert SCOPES == []


async def test_each_request_of_a_connection_has_its_own_deadline_and_answer() -> None:
    whole = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    async with served(ConnectionLimits(0.3, 10)) as port:
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
