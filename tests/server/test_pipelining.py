"""Requests that a client sends before the earlier ones of its connection are answered."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest

from tests.server.connection import connected

STREAM: Final = b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"
PLAIN: Final = b"GET /plain HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD: Final = b"GET /plain HTTP/1.1\r\nHost: x\r\n"
BODY: Final = b"POST /plain HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
_BETWEEN: Final = 0.005
"""Seconds between two parts of a stream."""


class App:
    """Streams until the client leaves, or answers once the gate is open."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        while (await receive()).get("more_body"):
            pass
        await (self._stream(receive, send) if scope["path"] == "/stream" else self._answer(send))

    async def _stream(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        left = asyncio.ensure_future(receive())
        while not left.done():
            await send({"type": "http.response.body", "body": b"part", "more_body": True})
            self.begun.set()
            await asyncio.wait({left}, timeout=_BETWEEN)
        assert left.result() == {"type": "http.disconnect"}

    async def _answer(self, send: Any) -> None:
        self.begun.set()
        await self.gate.wait()
        headers = [(b"content-length", b"4")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"done"})


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(
    "behind", [b"", HEAD, PLAIN, PLAIN * 3, STREAM + PLAIN, BODY, PLAIN + BODY]
)
async def test_a_stream_ends_with_its_connection_whatever_is_behind_it(
    behind: bytes,
    later: bool,  # noqa: FBT001
) -> None:
    app = App()
    async with connected(app) as (reader, writer):
        writer.write(STREAM if later else STREAM + behind)
        await reader.readuntil(b"part")
        if later:
            writer.write(behind)
            await reader.readuntil(b"part")
        writer.transport.abort()
    assert app.paths == ["/stream"]


@pytest.mark.parametrize(
    "rest",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
    ids=["garbage", "no HTTP", "a long head", "a wrong chunk"],
)
@pytest.mark.parametrize("before", [1, 2, 4])
async def test_requests_before_a_wrong_one_are_answered(before: int, rest: bytes) -> None:
    app = App()
    async with connected(app) as (reader, writer):
        writer.write(PLAIN * before + rest)
        await app.begun.wait()
        app.gate.set()
        told = await reader.read()
    assert told.count(b"HTTP/1.1 200") == told.count(b"\r\n\r\ndone") == before
    assert b"HTTP/1.1 4" not in told
    assert app.paths == ["/plain"] * before
