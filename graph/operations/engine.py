"""The durable engine: opened, kept alive, and drained at the end."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from dbos import DBOS

from graph.model.errors import Upstream
from graph.operations.rooms import Rooms, close_rooms, open_rooms
from graph.store import Store

log = logging.getLogger(__name__)

_VERSION: Final = "1"
"""Pinned: with a new one at each deployment, operations in flight would wait for ever."""
_THREADS: Final = 32


@asynccontextmanager
async def engine(rooms: Rooms, *, lease: float, drain: float) -> AsyncIterator[None]:
    """Runs workflows, also those of replicas that fell silent for ``lease`` seconds."""
    replica = uuid.uuid4().hex
    DBOS(
        config={
            "name": "datasync-api",
            "system_database_url": rooms.store.url.set(
                drivername=rooms.store.url.get_backend_name()
            ).render_as_string(hide_password=False),
            "application_version": _VERSION,
            "executor_id": replica,
            "log_level": "WARNING",
            "max_executor_threads": _THREADS,
        }
    )
    open_rooms(rooms)
    DBOS.launch()
    await rooms.store.beat(replica)
    # Owned here: cancelled and awaited below.
    heart = asyncio.create_task(_beat(rooms.store, replica, lease))
    try:
        yield
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)
        destroy = partial(DBOS.destroy, workflow_completion_timeout_sec=int(drain))
        await asyncio.to_thread(destroy)
        # DBOS made its own executor the loop's default, and has just shut it down.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        close_rooms()


async def _beat(store: Store, replica: str, lease: float) -> None:
    """Open-source DBOS leaves the work of a dead replica alone; whoever lives adopts it."""
    seen: dict[str, tuple[int | None, float]] = {}
    while True:
        try:
            alive = await store.beat(replica)
            owners = await asyncio.to_thread(_owners)
            for other in (alive.keys() | owners) - {replica}:
                beat = alive.get(other)
                # Clocks are not compared: what counts is when this process saw the last change.
                if seen.get(other, (-1, 0.0))[0] != beat:
                    seen[other] = (beat, time.monotonic())
                elif time.monotonic() - seen[other][1] > lease:
                    await _adopt(store, other)
                    del seen[other]
        except Upstream:
            log.warning("the store does not answer; trying again")
        except Exception:  # a border: one bad round must not end the heartbeat
            log.exception("heartbeat")
        await asyncio.sleep(lease / 5)


def _owners() -> set[str]:
    pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    return {workflow.executor_id for workflow in pending if workflow.executor_id}


async def _adopt(store: Store, replica: str) -> None:
    recover = DBOS._recover_pending_workflows  # noqa: SLF001 - the engine's only way; idempotent
    adopted = await asyncio.to_thread(recover, [replica])
    if adopted:
        log.warning("adopted %d operations of a replica that is gone", len(adopted))
    await store.bury(replica)
