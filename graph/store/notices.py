"""What PostgreSQL notifies its listeners of, over a connection that is kept for that alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Any, Final

import psycopg
from psycopg import sql

from graph.model.errors import Upstream
from graph.store.causes import cause_of

_CONNECT_SECONDS: Final = 5
_ALIVE: Final[dict[str, Any]] = {
    "connect_timeout": _CONNECT_SECONDS,
    # Detects a database server that has vanished while nothing is sent.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


async def notices(url: str, channel: str) -> AsyncGenerator[str, None]:
    """The payloads of a channel from now on, in the order of their commits.

    First an empty one, once the connection listens. Raises Upstream when the connection is lost.
    """
    try:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True, **_ALIVE)
        async with connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            yield ""
            while True:
                for payload in _received(connection.pgconn):
                    yield payload
                await _readable(connection.fileno())
    except psycopg.Error as error:
        raise Upstream(f"The store sends no notices: {cause_of(error, url)}") from error


def _received(connection: psycopg.pq.abc.PGconn) -> Iterator[str]:
    """What has arrived. Raises psycopg.OperationalError if the connection is lost."""
    connection.consume_input()
    while (notice := connection.notifies()) is not None:
        yield notice.extra.decode()


async def _readable(descriptor: int) -> None:
    """Returns when something has arrived. psycopg's own wait wakes up ten times per second."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[None] = loop.create_future()

    def note() -> None:
        if not arrived.done():
            arrived.set_result(None)

    loop.add_reader(descriptor, note)
    try:
        await arrived
    finally:
        loop.remove_reader(descriptor)
