"""A connection to an application behind the protocol of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from uvicorn.server import ServerState

from graph.server.http_limits import BoundedHttp, ConnectionLimits
from graph.server.peer_connections import PeerConnections


@asynccontextmanager
async def connected(
    app: Any, protocol: Callable[..., BoundedHttp] = BoundedHttp
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """At the end, every request of the connection has to end as well."""
    http = cast("Any", partial(protocol, limits=ConnectionLimits(15), peers=PeerConnections(9)))
    config = uvicorn.Config(app, http=http, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    make = partial(cast("Any", config.http_protocol_class), config, state, {})
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    async with server, asyncio.timeout(20):
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield reader, writer
        finally:
            writer.close()
            await asyncio.gather(*state.tasks)
