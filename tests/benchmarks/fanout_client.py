"""The clients of the fan-out benchmark, over WebSocket and server-sent events."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import time
from typing import Any

from tests.benchmarks.fanout_scenarios import Scenario

PORT = 18_461
PING = b"\x89\x04"
"""The head of a ping with four bytes, which no text contains. Who does not answer is cut off."""
AT = re.compile(rb'"at":"([0-9.]+)"')


def masked(message: dict[str, Any]) -> bytes:
    data = json.dumps(message).encode()
    return bytes([0x81, 0xFE]) + len(data).to_bytes(2) + bytes(4) + data


class Subscriber(asyncio.Protocol):
    """One client, which notes how old each message is when it arrives."""

    def __init__(self, number: int, options: Scenario, lags: list[float]) -> None:
        self.options, self.lags = options, lags
        self.reads = number >= options.stuck
        token = f"{number % options.rights}:{number % options.users}"
        selection = f"at a b c d e f g h i x{number % options.selections}: a"
        if options.selections == 1:
            selection = "at a b c d e f g h i"
        run = number % options.runs
        self.query = f"subscription {{ look(run: {run}) {{ {selection} }} }}"
        self.head = f"HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nX-Token: {token}\r\n"
        self.alive, self.begun, self.heard = True, False, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.options.kind == "sse":
            body = json.dumps({"query": self.query})
            head = "Accept: text/event-stream\r\nContent-Type: application/json\r\n"
            length = f"Content-Length: {len(body)}\r\n\r\n"
            transport.write(f"POST / {self.head}{head}{length}{body}".encode())
        else:
            key = base64.b64encode(os.urandom(16)).decode()
            transport.write(
                f"GET / {self.head}Upgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
            )

    def data_received(self, data: bytes) -> None:
        if not self.begun:
            self.begun = True
            if self.options.kind == "ws":
                payload = {"query": self.query, "pad": "x" * 100}
                init = {"type": "connection_init", "payload": {"pad": "x" * 200}}
                subscribe = {"type": "subscribe", "id": "1", "payload": payload}
                self.transport.write(masked(init) + masked(subscribe))
            return
        if not self.reads:
            self.transport.pause_reading()
            return
        if (place := data.find(PING)) >= 0:
            answer = data[place + len(PING) : place + len(PING) + 4]
            self.transport.write(b"\x8a\x84" + bytes(4) + answer)
        now, found = time.time(), AT.findall(data)
        self.heard = self.heard or bool(found)
        self.lags.extend(now - float(at) for at in found)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.alive = False
