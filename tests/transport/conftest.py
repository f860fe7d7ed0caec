"""The small application: in a real server in a thread, and behind a client without a wire."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, cast

import httpx
import pytest
import uvicorn

from graph.server.http_limits import BoundedHttp, ConnectionLimits
from graph.server.peer_connections import PeerConnections
from graph.server.websocket_limits import BoundedWebSocket
from tests.transport.small import app


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    """HOST:PORT of the small application, served as the command line serves the real one."""
    config = uvicorn.Config(
        app(body_seconds=0.2),
        port=0,
        log_level="critical",
        loop="asyncio",
        http=cast(
            "Any", partial(BoundedHttp, limits=ConnectionLimits(15), peers=PeerConnections(200))
        ),
        ws=BoundedWebSocket,
        ws_max_size=65_536,
        ws_per_message_deflate=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    started = threading.Event()
    startup = server.startup

    async def noted(*args: Any, **more: Any) -> None:
        await startup(*args, **more)
        started.set()

    server.startup = noted  # type: ignore[method-assign]
    thread.start()
    assert started.wait(20)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


@pytest.fixture
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the real server that accepts the media type of GraphQL over HTTP."""
    headers = {"Accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as client:
        yield client
