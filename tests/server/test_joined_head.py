"""The head of a response is written with the part that follows it at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

import pytest

from graph.server.http_limits import BoundedHttp
from tests.server.connection import connected

Reply = Callable[[Any, Any], Awaitable[None]]
LARGE = bytes(100_000)
HEAD_END = b"\r\n\r\n"


class Recording:
    """A transport that notes what is written by each call."""

    def __init__(self, transport: asyncio.Transport, writes: list[bytes]) -> None:
        self._transport, self._writes = transport, writes

    def write(self, data: bytes) -> None:
        self._writes.append(bytes(data))
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class RecordedHttp(BoundedHttp):
    def __init__(self, *args: Any, writes: list[bytes], **more: Any) -> None:
        super().__init__(*args, **more)
        self._writes = writes

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("Any", Recording(transport, self._writes)))


async def exchange(reply: Reply, sent: bytes) -> tuple[list[bytes], bytes]:
    """What the server writes, call by call, and what its client receives."""
    writes = list[bytes]()

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await reply(receive, send)

    async with connected(app, partial(RecordedHttp, writes=writes)) as (reader, writer):
        writer.write(sent)
        received = await reader.read()
    return writes, received


def start(status: int = 200, **headers: str) -> dict[str, Any]:
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": fields}


def part(data: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


def whole(body: bytes, status: int = 200) -> Reply:
    async def reply(_receive: Any, send: Any) -> None:
        await send(start(status, content_length=str(len(body))))
        await send(part(body))

    return reply


async def stream(_receive: Any, send: Any) -> None:
    """The first part comes with the head, the second later."""
    await send(start())
    await send(part(b"one", more=True))
    await asyncio.sleep(0)
    await send(part(b"two"))


async def late_stream(_receive: Any, send: Any) -> None:
    await send(start())
    for _ in range(3):
        await asyncio.sleep(0)
    await send(part(b"one"))


async def broken(_receive: Any, send: Any) -> None:
    await send(start(content_length="3"))
    raise LookupError


async def continued(receive: Any, send: Any) -> None:
    await receive()
    await whole(b"done")(receive, send)


def request(method: str = "GET", last: str = "close", *fields: str, body: str = "") -> bytes:
    head = [f"{method} / HTTP/1.1", "Host: x", f"Connection: {last}", *fields]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


EXPECTED = ("Content-Length: 1", "Expect: 100-continue")


@pytest.mark.parametrize(
    ("reply", "sent", "ends"),
    [
        (whole(b"pong"), request(), [HEAD_END + b"pong"]),
        (whole(b""), request(), [HEAD_END]),
        (whole(b"", 204), request(), [HEAD_END]),
        (whole(b"pong"), request("HEAD"), [HEAD_END]),
        (whole(b"pong"), request(last="keep-alive") + request(), [HEAD_END + b"pong"] * 2),
        (whole(LARGE), request(), [HEAD_END, LARGE]),
        (stream, request(), [HEAD_END + b"3\r\none\r\n", b"3\r\ntwo\r\n0\r\n\r\n"]),
        (late_stream, request(), [HEAD_END, b"3\r\none\r\n0\r\n\r\n"]),
        (broken, request(), [HEAD_END]),
        (
            continued,
            request("POST", "close", *EXPECTED, body="x"),
            [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD_END + b"done"],
        ),
    ],
    ids=[
        *("whole", "empty", "none", "HEAD", "pipelined", "large"),
        *("stream", "late-stream", "broken", "continued"),
    ],
)
async def test_what_is_written_at_once(reply: Reply, sent: bytes, ends: list[bytes]) -> None:
    writes, received = await exchange(reply, sent)
    assert b"".join(writes) == received
    assert len(writes) == len(ends), writes
    for written, end in zip(writes, ends, strict=True):
        if end.startswith(HEAD_END):
            assert written.startswith(b"HTTP/1.1 ")
            head, _, rest = written.partition(HEAD_END)
            assert re.search(rb"\r\n(content-length|transfer-encoding|connection): ", head)
            assert HEAD_END + rest == end
        else:
            assert written == end
