"""Frames that carry no message are bounded, too."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from typing import Any

import pytest
import websockets

from tests.transport.conftest import address  # noqa: F401 - a fixture

FRAMES = {
    "pings": b"\x89\x80" + bytes(4),
    "pongs": b"\x8a\x80" + bytes(4),
    "empty continuations": b"\x00\x80" + bytes(4),
    "empty messages": b"\x81\x80" + bytes(4),
    "empty binary messages": b"\x82\x80" + bytes(4),
}
FIRST = {"empty continuations": b"\x01\x80" + bytes(4)}
INIT = b'{"type":"connection_init"}'


async def opened(at: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = at.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET / HTTP/1.1\r\nHost: {at}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def masked(payload: bytes) -> bytes:
    return bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload


async def close_code(reader: asyncio.StreamReader) -> int:
    """Of the first close frame; everything before it is skipped."""
    while True:
        first, length = await reader.readexactly(2)
        payload = await reader.readexactly(length)
        if first == 0x88:
            code: int = struct.unpack("!H", payload[:2])[0]
            return code


@pytest.mark.parametrize("greeted", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", FRAMES)
async def test_a_client_that_sends_too_many_frames_is_cut_off(
    address: str,  # noqa: F811
    kind: str,
    greeted: bool,  # noqa: FBT001
) -> None:
    reader, writer = await opened(address)
    try:
        async with asyncio.timeout(20):
            if greeted:
                writer.write(masked(INIT))
            writer.write(FIRST.get(kind, b"") + FRAMES[kind] * 5_000)
            assert await close_code(reader) in (1008, 4400)  # an empty message is not JSON
    finally:
        writer.close()


async def test_a_client_may_send_some_frames(address: str) -> None:  # noqa: F811
    reader, writer = await opened(address)
    try:
        async with asyncio.timeout(20):
            writer.write(FRAMES["pings"] * 100 + masked(INIT))
            heard = await reader.readuntil(b'{"type":"connection_ack"}')
            assert heard.count(b"\x8a\x00") == 100
    finally:
        writer.close()


@pytest.mark.parametrize(
    "payload",
    [
        *({"x": "a" * size} for size in (0, 88, 89, 90, 91, 92, 93, 65_000)),
        {"x": "é😀" * 1_000},
        {"x": [1e15] * 10_000},
    ],
    ids=lambda payload: f"{len(str(payload))} characters",
)
async def test_texts_of_every_size_arrive_as_they_were_sent(
    address: str,  # noqa: F811
    payload: dict[str, Any],
) -> None:
    """The length of a frame takes one, three or nine bytes."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(f"ws://{address}/", subprotocols=[protocol]) as client:
        ping = json.dumps({"type": "ping", "payload": payload}, separators=(",", ":"))
        await client.send(ping.replace("1000000000000000.0", "1e15").replace(" ", ""))
        async with asyncio.timeout(10):
            text = await client.recv()
    assert isinstance(text, str)
    assert json.loads(text) == {"type": "pong", "payload": payload}
    assert len(text) > 65_536 or payload["x"] != [1e15] * 10_000
