"""What is written on the wire of a response takes the place of parts that are sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.server.response_wire import ResponseWire
from graph.transport import WIRE
from tests.server.connection import connected

Reply = Callable[[ResponseWire, Any], Awaitable[None]]
"""Answers a request by its wire and ``send``."""
PARTS: Final = st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.booleans()), max_size=9)
LARGE: Final = bytes(1_000_000)


def start(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http.response.start", "status": 200, "headers": list(headers)}


def part(data: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


@asynccontextmanager
async def served(reply: Reply) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server that answers so."""

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await reply(scope[WIRE], send)

    async with connected(app) as streams:
        yield streams


def request(method: str = "GET", version: str = "1.1", last: str = "close") -> bytes:
    return f"{method} / HTTP/{version}\r\nHost: x\r\nConnection: {last}\r\n\r\n".encode()


def unchunked(body: bytes) -> bytes:
    found = b""
    while body != b"0\r\n\r\n":
        size, _, body = body.partition(b"\r\n")
        found, body = found + body[: int(size, 16)], body[int(size, 16) + 2 :]
    return found


@given(PARTS)
async def test_parts_arrive_in_order_whether_written_or_sent(
    parts: list[tuple[bytes, bool]],
) -> None:
    async def reply(wire: ResponseWire, send: Any) -> None:
        assert not wire.write(wire.framed(b"before the head"))
        await send(start())
        for data, written in parts:
            if written:
                assert wire.write(wire.framed(data))
            else:
                await send(part(data))
        await send(part(b"", more=False))
        assert not wire.write(wire.framed(b"after the end"))

    async with served(reply) as (reader, writer):
        writer.write(request())
        _, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert unchunked(body) == b"".join(data for data, _ in parts)


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [("HEAD", [], b""), ("GET", [(b"content-length", b"4")], b"sent")],
)
async def test_a_response_without_chunks_has_none_written(
    method: str, headers: Iterable[tuple[bytes, bytes]], expected: bytes
) -> None:
    async def reply(wire: ResponseWire, send: Any) -> None:
        await send(start(*headers))
        assert not wire.write(wire.framed(b"written"))
        await send(part(b"sent", more=False))

    async with served(reply) as (reader, writer):
        writer.write(request(method))
        _, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert body == expected


async def test_a_wire_ends_with_its_response_while_the_connection_serves_another() -> None:
    wires: list[ResponseWire] = []

    async def reply(wire: ResponseWire, send: Any) -> None:
        wires.append(wire)
        await send(start())
        assert [each.write(wire.framed(b"x")) for each in wires][-1]
        assert not any(each.write(wire.framed(b"y")) for each in wires[:-1])
        await send(part(b"", more=False))

    async with served(reply) as (reader, writer):
        writer.write(request(last="keep-alive") + request())
        told = await reader.read()
    assert told.count(b"\r\n\r\n1\r\nx\r\n0\r\n\r\n") == 2
    assert b"y\r\n" not in told


async def test_nothing_is_written_while_the_client_does_not_read() -> None:
    begun = asyncio.Event()
    written: list[int] = []

    async def reply(wire: ResponseWire, send: Any) -> None:
        await send(start())
        while wire.write(wire.framed(LARGE)):
            written.append(len(LARGE))
        begun.set()
        await send(part(b"it reads"))
        assert wire.write(wire.framed(b"again"))
        await send(part(b"", more=False))

    async with served(reply) as (reader, writer):
        writer.write(request())
        await begun.wait()
        _, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert 0 < len(written) < 100
    assert unchunked(body) == LARGE * len(written) + b"it readsagain"


async def test_nothing_is_written_once_the_client_has_left() -> None:
    begun, answers = asyncio.Event(), list[bool]()

    async def reply(wire: ResponseWire, send: Any) -> None:
        await send(start())
        answers.append(wire.write(wire.framed(b"x")))
        begun.set()
        await send(part(LARGE * 20))
        await send(part(b"waits"))  # until the client has left
        answers.append(wire.write(wire.framed(b"y")))

    async with served(reply) as (reader, writer):
        writer.write(request())
        await reader.readuntil(b"x\r\n")
        await begun.wait()
        writer.transport.abort()
    assert answers == [True, False]
