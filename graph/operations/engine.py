"""The durable engine: opened, kept alive, and drained at the end."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Final

import sqlalchemy as sa
from dbos import DBOS

from graph.model.errors import Upstream
from graph.observability import logs
from graph.operations.dbos_internals import refuse_pickles
from graph.operations.dispatch import APPLICATION_VERSION
from graph.operations.journal import JsonSerializer
from graph.operations.rooms import Rooms, close_rooms, open_rooms
from graph.store import Store

log = logging.getLogger(__name__)

_THREADS: Final = 16
_POOL: Final = {"postgresql": 16, "sqlite": 2}
"""Connections of the engine. SQLite has one writer at a time: more of them would only wait, each
asleep, and not in turn."""
_SUBSEC: Final = (3, 42)
"""The first SQLite that has ``unixepoch('subsec')``, which the engine uses from Python 3.12 on."""
_LETTING_GO: Final = 5.0
"""Seconds for cancelled workflows to notice it."""


@asynccontextmanager
async def engine(rooms: Rooms, *, drain: float) -> AsyncIterator[None]:
    """Runs workflows, also those of replicas that fell silent."""
    open_rooms(rooms)
    refuse_pickles()
    own = _own_engine(rooms.store.url)
    # The engine launches on the loop that it is to run workflows on. Tables first, one at a time.
    with rooms.store.alone():
        DBOS(
            config={
                "name": "datasync-api",
                "system_database_url": _url(rooms.store.url),
                "application_version": APPLICATION_VERSION,
                "serializer": JsonSerializer(),
                "executor_id": rooms.heart.replica,
                "log_level": "WARNING",
                "max_executor_threads": _THREADS,
                "sys_db_pool_size": _POOL[rooms.store.url.get_backend_name()],
                # Not asked before each use whether it lives: the engine tries again where not.
                "db_engine_kwargs": {"pool_pre_ping": False, "hide_parameters": True},
                "system_database_engine": own,
            }
        )
        logs.adopt("dbos", logging.WARNING)
        DBOS.launch()
    await rooms.heart.beat()
    # Owned here: cancelled and awaited below.
    heart = asyncio.create_task(rooms.heart.run())
    try:
        yield
    finally:
        await _stop(rooms, drain)
        # To the last: a replica that fell silent while it drains would lose its work to another.
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)
        await _retire(rooms.store, rooms.heart.replica)
        if own is not None:
            await asyncio.to_thread(own.dispose)


async def _stop(rooms: Rooms, drain: float) -> None:
    """Lets workflows end for a while; what is left then stops where it stands, to be resumed."""
    if rooms.running:
        await asyncio.wait(rooms.running.keys(), timeout=drain)
    # From here on none begins, and what goes on is cancelled: it is neither failed nor undone.
    close_rooms()
    left = set(rooms.running)
    for workflow in left:
        workflow.cancel()
    if left:
        log.warning("leaving %d operations to whoever takes over", len(left))
        await asyncio.wait(left, timeout=_LETTING_GO)
    await asyncio.to_thread(DBOS.destroy)
    # DBOS made its own executor the loop's default, and has just shut it down.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


async def _retire(store: Store, replica: str) -> None:
    try:
        await store.retire(replica)
    except Upstream:
        log.warning("the store is away: the others will notice by themselves")


def _own_engine(url: sa.URL) -> sa.Engine | None:
    """For SQLite: as DBOS makes it, but that it does not wait for the disk. Else None.

    What a 202 promises is on the disk by then, in the store's own record; a step that a power cut
    takes is done again, and finds what it made.
    """
    if url.get_backend_name() != "sqlite":
        return None
    made = sa.create_engine(
        _url(url), pool_size=_POOL["sqlite"], max_overflow=0, hide_parameters=True
    )

    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < _SUBSEC:
            connection.create_function("unixepoch", 1, lambda _subsec: time.time())

    sa.event.listen(made, "connect", connected)
    return made


def _url(url: sa.URL) -> str:
    plain = url.set(drivername=url.get_backend_name())
    return plain.render_as_string(hide_password=False)
