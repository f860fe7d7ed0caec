"""What an idle subscriber costs the server. The whole process: ``tests/benchmarks/fanout.py``."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import socket
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, cast

import pytest
import strawberry
import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from graph.concurrency import Watchdog
from graph.server.http_limits import BoundedHttp, ConnectionLimits
from graph.server.peer_connections import PeerConnections
from graph.server.websocket_limits import BoundedWebSocket
from graph.transport import GraphQLApp, State, make_schema
from tests.benchmarks.fanout_client import masked

COUNT: Final = 60
HEADERS: Final = "".join(f"X-Of-Browser-{n}: {'v' * 60}\r\n" for n in range(12))
QUERY: Final = f"subscription {{ now }} # {'x' * 2_000}"
MOST: Final = {"sse": 13_000, "ws": 18_000}
"""Bytes, of which 500 are the client's. With headers that stay and asyncio's events it was 20,000
and 44,000."""


@strawberry.type
class Query:
    now: int = 0


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def now(self) -> AsyncGenerator[int, None]:
        yield 1
        await asyncio.get_running_loop().create_future()


async def identify(connection: Any, _payload: Any) -> str:
    return str(connection.headers["x-token"])


async def subscribe(kind: str, port: int, user: int) -> socket.socket:
    """A client that has received the first event."""
    loop = asyncio.get_running_loop()
    client = socket.socket()
    client.setblocking(False)  # noqa: FBT003 - the socket's
    await loop.sock_connect(client, ("127.0.0.1", port))
    head = f"HTTP/1.1\r\nHost: t\r\nX-Token: a:{user}\r\n{HEADERS}"
    if kind == "sse":
        body = json.dumps({"query": QUERY})
        head += "Accept: text/event-stream\r\nContent-Type: application/json\r\n"
        await loop.sock_sendall(
            client, f"POST / {head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
    else:
        key = base64.b64encode(bytes(16)).decode()
        head += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        head += f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        await loop.sock_sendall(client, f"GET / {head}".encode())
        while b"\r\n\r\n" not in await loop.sock_recv(client, 65_536):
            pass
        init = {"type": "connection_init", "payload": {"pad": "x" * 200}}
        subscribed = {"type": "subscribe", "id": "1", "payload": {"query": QUERY}}
        await loop.sock_sendall(client, masked(init) + masked(subscribed))
    while b'"now":1' not in await loop.sock_recv(client, 65_536):
        pass
    return client


def made() -> GraphQLApp:
    schema = make_schema(query=Query, subscription=Subscription, states={"now": State()})
    return GraphQLApp(
        schema,
        identify=identify,
        make_context=lambda who, _: who,
        rights_of=lambda identity: identity.partition(":")[0],
    )


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[int]:
    """The port of a server that has the protocols of the command line."""
    http = partial(BoundedHttp, limits=ConnectionLimits(15), peers=PeerConnections(1_000))
    config = uvicorn.Config(
        app,
        http=cast("Any", http),
        ws=cast("Any", partial(BoundedWebSocket, watchdog=Watchdog())),
        ws_per_message_deflate=False,
        proxy_headers=False,
        access_log=False,
        lifespan="off",
        log_config=None,
    )
    config.load()
    state = ServerState()
    make = partial(cast("Any", config.http_protocol_class), config, state, {})
    async with asyncio.timeout(60):
        server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await asyncio.gather(*state.tasks)
            await server.wait_closed()


@pytest.mark.parametrize("users", [1, COUNT])
@pytest.mark.parametrize("kind", MOST)
async def test_a_subscriber_takes_little_memory(kind: str, users: int) -> None:
    async with served(made()) as port:
        clients = [await subscribe(kind, port, 0) for _ in range(3)]
        try:
            gc.collect()
            tracemalloc.start()
            clients += [await subscribe(kind, port, n % users) for n in range(COUNT)]
            gc.collect()
            size, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            for client in clients:
                client.close()
    assert size / COUNT < MOST[kind]
