"""The durable engine, DBOS: opened, kept alive, and drained at the end."""

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
from graph.operations.dbos_internals import (
    exchange_no_messages,
    poll_less,
    refuse_pickles,
    run_no_background_jobs,
)
from graph.operations.dispatch import APPLICATION_VERSION
from graph.operations.engine_log import shortened_log
from graph.operations.journal import JsonSerializer
from graph.operations.runtime import Runtime, install, uninstall
from graph.store import Replicas

log = logging.getLogger(__name__)

_THREADS: Final = 16
CONNECTIONS: Final = 16
"""To PostgreSQL, by default."""
_SQLITE_CONNECTIONS: Final = 2
"""SQLite has one writer at a time: more connections would only wait."""
_SUBSEC: Final = (3, 42)
"""The first SQLite that has ``unixepoch('subsec')``, which the engine uses from Python 3.12 on."""
_CANCEL_SECONDS: Final = 5.0
"""Seconds that cancelled workflows get to end."""


@asynccontextmanager
async def engine(
    runtime: Runtime, *, drain: float, connections: int = CONNECTIONS
) -> AsyncIterator[None]:
    """Runs workflows until the block ends, then waits ``drain`` seconds for them.

    ``connections``: to PostgreSQL at most.
    """
    with shortened_log(runtime.store.database.outage):
        async with _launched(runtime, drain, connections):
            yield


@asynccontextmanager
async def _launched(runtime: Runtime, drain: float, connections: int) -> AsyncIterator[None]:
    install(runtime)
    refuse_pickles()
    run_no_background_jobs()
    exchange_no_messages()
    database, url = runtime.store.database, runtime.store.database.url
    own = _own_engine(url)
    # Launched on the loop that runs the workflows. Only one process at a time creates tables.
    with database.alone():
        launched = DBOS(
            config={
                "name": "datasync-api",
                "system_database_url": url,
                "application_version": APPLICATION_VERSION,
                "serializer": JsonSerializer(),
                "executor_id": runtime.heartbeat.replica,
                "log_level": "WARNING",
                "max_executor_threads": _THREADS,
                "sys_db_pool_size": _SQLITE_CONNECTIONS if database.is_sqlite else connections,
                # Connections are not tested before each use: the engine retries.
                "db_engine_kwargs": {"pool_pre_ping": False, "hide_parameters": True},
                "system_database_engine": own,
            }
        )
        logs.adopt("dbos", logging.WARNING)
        DBOS.launch()
        poll_less(launched)
    await runtime.heartbeat.beat()
    # Owned here: cancelled and awaited below.
    heartbeat_task = asyncio.create_task(runtime.heartbeat.run())
    try:
        yield
    finally:
        await _stop(runtime, drain)
        # Until the last moment: without heartbeats another replica would take over what is drained.
        heartbeat_task.cancel()
        await asyncio.gather(heartbeat_task, return_exceptions=True)
        await _retire(runtime.store.replicas, runtime.heartbeat.replica)
        if own is not None:
            await asyncio.to_thread(own.dispose)


async def _stop(runtime: Runtime, drain: float) -> None:
    """Waits for running workflows; those that remain are cancelled as they are, to be resumed."""
    if runtime.running:
        await asyncio.wait(runtime.running.keys(), timeout=drain)
    # From here on none starts, and the others are cancelled: neither failed nor rolled back.
    uninstall()
    left = set(runtime.running)
    for workflow in left:
        workflow.cancel()
    if left:
        log.warning("leaving %d unfinished operations to another server", len(left))
        await asyncio.wait(left, timeout=_CANCEL_SECONDS)
    # DBOS made its own executor the loop's default, and shuts it down; a step that ends meanwhile
    # makes it the default again.
    loop, executor = asyncio.get_running_loop(), ThreadPoolExecutor()
    loop.set_default_executor(executor)
    try:
        await loop.run_in_executor(executor, DBOS.destroy)
    finally:
        loop.set_default_executor(executor)


async def _retire(replicas: Replicas, replica: str) -> None:
    try:
        await replicas.retire(replica)
    except Upstream:
        log.warning("the store does not answer: other servers will take over after a lease")


def _own_engine(url: str) -> sa.Engine | None:
    """For SQLite: as DBOS creates it, except that it does not wait for the disk. Otherwise None.

    What a 202 promises is on the disk by then, in the store's own record. A step that is lost in a
    power failure is repeated and finds what it has created.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    made = sa.create_engine(
        parsed, pool_size=_SQLITE_CONNECTIONS, max_overflow=0, hide_parameters=True
    )

    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < _SUBSEC:
            connection.create_function("unixepoch", 1, lambda _subsec: time.time())

    sa.event.listen(made, "connect", connected)
    return made
