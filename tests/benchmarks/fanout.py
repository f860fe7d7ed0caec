"""CPU and lag of a state that many follow; by hand, as a module: ``SUBSCRIBERS HERTZ [ws|sse]``."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import strawberry
import uvicorn

from graph.transport import GraphQLApp, TransportLimits, make_schema

PORT = 18_461
SECONDS = 8.0
QUERY = "subscription { look { at a b c d e f g h i } }"
AT = re.compile(rb'"at":"([0-9.]+)"')
TICKS = os.sysconf("SC_CLK_TCK")


@strawberry.type
class Look:
    """Ten fields, as of a run's progress."""

    at: str
    a: str = "TRANSFERRING"
    b: float = 42.5
    c: int = 1_000_000
    d: int = 2_000_000
    e: float = 1e6
    f: float = 12.5
    g: bool = True
    h: str = "exec-0123456789abcdef0"
    i: int | None = None


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "x"


def serve(hertz: float) -> None:
    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def look(self) -> AsyncGenerator[Look, None]:
            while True:
                yield Look(at=str(time.time()))
                await asyncio.sleep(1 / hertz)

    async def identify(_connection: Any, _payload: Any) -> str:
        return "x"

    schema = make_schema(query=Query, subscription=Subscription, states=frozenset({"look"}))
    app = GraphQLApp(
        schema,
        identify=identify,
        make_context=lambda who, request_id: (who, request_id),
        limits=TransportLimits(streams_per_caller=10_000),
    )
    uvicorn.run(
        app,
        port=PORT,
        loop="asyncio",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="critical",
        lifespan="off",
        backlog=8_192,
    )


def masked(message: dict[str, Any]) -> bytes:
    data = json.dumps(message).encode()
    return bytes([0x81, 0xFE]) + len(data).to_bytes(2) + bytes(4) + data


def opening(kind: str) -> tuple[bytes, bytes]:
    """What is sent, and what follows once a head has come back."""
    head = f"HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n"
    if kind == "sse":
        body = json.dumps({"query": QUERY})
        return (
            f"POST / {head}Accept: text/event-stream\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode(), b""
    key = base64.b64encode(os.urandom(16)).decode()
    upgrade = (
        f"GET / {head}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    subscribe = {"type": "subscribe", "id": "1", "payload": {"query": QUERY, "pad": "x" * 100}}
    init = {"type": "connection_init", "payload": {"pad": "x" * 200}}
    return upgrade.encode(), masked(init) + masked(subscribe)


async def follow(kind: str, lags: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    first, second = opening(kind)
    try:
        writer.write(first)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(second)
        while data := await reader.read(65_536):
            now = time.time()
            lags.extend(now - float(at) for at in AT.findall(data))
    finally:
        writer.close()


def used(pid: int) -> tuple[float, float]:
    """Seconds of CPU and kB of memory of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    memory = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return (int(fields[11]) + int(fields[12])) / TICKS, float(memory[1]) if memory else 0.0


async def started() -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.2)
        else:
            writer.close()
            return


async def measure(pid: int, subscribers: int, kind: str) -> None:
    await asyncio.wait_for(started(), 60)
    lags: list[float] = []
    _, empty = used(pid)
    tasks = []
    for number in range(subscribers):
        tasks.append(asyncio.ensure_future(follow(kind, lags)))
        if number % 50 == 0:
            await asyncio.sleep(0.05)
    await asyncio.sleep(3)
    before, _ = used(pid)
    lags.clear()
    await asyncio.sleep(SECONDS)
    after, full = used(pid)
    seen = sorted(lags)
    alive = sum(not task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(  # noqa: T201
        f"{kind}: {alive} alive, {len(seen)} messages, "
        f"{1e6 * (after - before) / len(seen):.1f} us each, "
        f"p50 {1e3 * seen[len(seen) // 2]:.0f} ms, p99 {1e3 * seen[len(seen) * 99 // 100]:.0f} ms, "
        f"{(full - empty) / subscribers:.0f} kB a subscriber"
    )


def main() -> None:
    subscribers, hertz, kind = int(sys.argv[1]), sys.argv[2], (sys.argv[3:] or ["ws"])[0]
    command = [sys.executable, "-m", __spec__.name, "serve", hertz]
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            asyncio.run(measure(process.pid, subscribers, kind))
        finally:
            process.terminate()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(float(sys.argv[2]))
    else:
        main()
