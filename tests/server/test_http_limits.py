"""Connections beyond the limit are refused, and no others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from graph.sandbox import Sandbox
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
        assert told.endswith("there are too many connections; try again\n")
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
