"""The pings of WebSockets, which share one timer."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from graph.concurrency import Watchdog
from graph.server.websocket_limits import BoundedWebSocket

SECONDS = 20.0
"""Between pings, and for an answer: uvicorn's defaults."""
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Transport(asyncio.Transport):
    """Keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__({})
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""


async def app(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


class Checks(Watchdog):
    """Runs the checks when told."""

    def __init__(self) -> None:
        super().__init__()
        self.checks: list[Any] = []
        self.added = asyncio.Event()
        self.removed = 0

    def add(self, check: Any, seconds: float) -> list[Any]:
        assert seconds == SECONDS
        self.checks.append(check)
        self.added.set()
        return [check]

    def remove(self, entry: list[Any]) -> None:
        entry.clear()
        self.removed += 1


async def opened(watchdog: Checks) -> tuple[BoundedWebSocket, Transport, ServerState]:
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws_per_message_deflate=False)
    config.load()
    state = ServerState()
    protocol = BoundedWebSocket(config, state, {}, watchdog=watchdog)
    transport = Transport()
    protocol.connection_made(transport)
    protocol.data_received(HANDSHAKE)
    async with asyncio.timeout(10):
        await watchdog.added.wait()
    return protocol, transport, state


async def ended(protocol: BoundedWebSocket, state: ServerState) -> None:
    protocol.connection_lost(None)
    async with asyncio.timeout(10):
        await asyncio.gather(*state.tasks)


async def test_a_client_that_answers_pings_keeps_its_connection() -> None:
    watchdog = Checks()
    protocol, transport, state = await opened(watchdog)
    (check,) = watchdog.checks
    for now in (100.0, 120.0, 140.0):
        transport.written.clear()
        assert check(now) == now + SECONDS
        (ping,) = transport.written
        assert ping[:2] == b"\x89\x04"
        protocol.data_received(b"\x8a\x84" + bytes(4) + ping[2:])
    assert not transport.closed
    await ended(protocol, state)
    assert watchdog.removed == 1


async def test_a_client_that_does_not_answer_a_ping_is_disconnected() -> None:
    watchdog = Checks()
    protocol, transport, state = await opened(watchdog)
    (check,) = watchdog.checks
    assert check(100.0) == 120.0
    transport.written.clear()
    assert check(120.0) is None
    assert transport.written == [b"\x88\x18" + (1011).to_bytes(2) + b"keepalive ping timeout"]
    assert transport.closed
    await ended(protocol, state)
    assert watchdog.removed == 1


async def test_another_pong_does_not_count_as_an_answer() -> None:
    watchdog = Checks()
    protocol, transport, state = await opened(watchdog)
    (check,) = watchdog.checks
    check(100.0)
    protocol.data_received(b"\x8a\x84" + bytes(4) + b"none")
    assert check(120.0) is None
    assert transport.closed
    await ended(protocol, state)
