"""At the signal to stop, every long-lived response ends as its clients expect it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import websockets

from graph.sandbox import Fault, Sandbox
from tests.api_server import Server
from tests.world import CREATE, HEADERS, ask, furnish, new_mover

FOLLOW = "subscription($id: ID!) { operationProgress(operation: $id) { status } }"
STREAMS = {
    "text/event-stream": (b"event: next", b"retry: 1000\n\n"),
    "multipart/mixed;subscriptionSpec=1.0": (b'{"payload":{"data"', b"\r\n--graphql--\r\n"),
}


@pytest.mark.timeout(150)  # real servers start in it
@pytest.mark.parametrize("workers", [1, 2])
async def test_every_stream_ends_at_the_signal(aws: Sandbox, tmp_path: Path, workers: int) -> None:
    furnish(aws)
    log = tmp_path / "log"
    arguments = ["--workers", f"{workers}"]
    aws.interceptor.add(Fault("CreateLocationS3", "gate"))
    async with (
        Server(aws, tmp_path, arguments=arguments, log=log, LOG_LEVEL="info") as server,
        server.client() as client,
        AsyncExitStack() as stack,
        asyncio.timeout(100),
    ):
        created = await ask(client, CREATE, input=new_mover())
        body = {"query": FOLLOW, "variables": {"id": created["createMover"]["operation"]["id"]}}
        streams = {
            accept: await stack.enter_async_context(followed(client, body, accept))
            for accept in STREAMS
        }
        socket = await stack.enter_async_context(subscribed(server, body))
        for accept, (first, _) in STREAMS.items():
            while first not in await anext(streams[accept]):
                pass
        server.signal(signal.SIGTERM)
        for accept, (_, last) in STREAMS.items():
            rest = b"".join([chunk async for chunk in streams[accept]])
            assert rest.endswith(last)
            assert b"event: complete" not in rest
        await socket.wait_closed()
        assert socket.close_code == 1012
        aws.interceptor.clear()
        assert await asyncio.to_thread(server.wait) in (0, -signal.SIGTERM)
    assert "Traceback" not in log.read_text()


@asynccontextmanager
async def followed(
    client: httpx.AsyncClient, body: dict[str, Any], accept: str
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The chunks of a stream."""
    headers = {"Accept": accept}
    async with client.stream("POST", "/graphql", json=body, headers=headers) as response:
        yield response.aiter_bytes()


@asynccontextmanager
async def subscribed(server: Server, body: dict[str, Any]) -> AsyncIterator[Any]:
    """A socket that has got the first state."""
    async with websockets.connect(
        f"ws{server.url[4:]}/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        additional_headers=HEADERS,
    ) as socket:
        for message in (
            {"type": "connection_init"},
            {"type": "subscribe", "id": "1", "payload": body},
        ):
            await socket.send(orjson.dumps(message).decode())
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"
        assert orjson.loads(await socket.recv())["type"] == "next"
        yield socket
