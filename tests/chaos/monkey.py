"""Kills servers, freezes them, and lets calls to AWS go wrong."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from tests.chaos.field import LEASE, Field
from tests.processes import ServerProcess

PAUSE: Final = (0.3, 2.5)
"""Seconds between two mischiefs."""
_OPERATIONS: Final = (
    "*",
    "CreateRole",
    "PutRolePolicy",
    "CreateLocationS3",
    "CreateTask",
    "DescribeTask",
    "ListTasks",
    "ListTagsForResource",
    "DeleteTask",
    "DeleteLocation",
    "DeleteRole",
    "DeleteRolePolicy",
)
_KINDS: Final = ("throttle", "error", "unsent", "lost", "lost", "slow")


async def misbehave(on: Field) -> None:
    """Until it is cancelled; then every server runs again, and AWS behaves."""
    busy: set[ServerProcess] = set()
    under_way: set[asyncio.Task[None]] = set()
    deeds: list[Callable[[Field, ServerProcess], Awaitable[None]]] = [_kill, _kill, _kill, _freeze]
    try:
        while True:
            await asyncio.sleep(on.dice.uniform(*PAUSE))
            idle = [server for server in on.servers if server not in busy]
            if on.dice.random() < 0.5 or not idle:
                await _fault(on)
                continue
            server, deed = on.dice.choice(idle), on.dice.choice(deeds)
            busy.add(server)
            # Owned here: awaited below.
            task = asyncio.create_task(_then(deed(on, server), busy, server))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
    finally:
        await asyncio.gather(*under_way, return_exceptions=True)
        on.aws.control("DELETE", "faults")


async def _then(deed: Awaitable[None], busy: set[ServerProcess], server: ServerProcess) -> None:
    try:
        await deed
    finally:
        busy.discard(server)


async def _kill(on: Field, server: ServerProcess) -> None:
    on.count("kill -9")
    server.kill()
    await asyncio.sleep(on.dice.choice([0.0, 0.5, 2 * LEASE]))
    await asyncio.to_thread(server.start)
    # It may do some work before the next one.
    await asyncio.sleep(on.dice.uniform(0, 3))


async def _freeze(on: Field, server: ServerProcess) -> None:
    on.count("frozen")
    server.signal(signal.SIGSTOP)
    await asyncio.sleep(LEASE + on.dice.uniform(0.5, 4))
    server.signal(signal.SIGCONT)


async def _fault(on: Field) -> None:
    kind = on.dice.choice(_KINDS)
    on.count(f"calls that met '{kind}', at most")
    fault = {
        "operation": on.dice.choice(_OPERATIONS),
        "kind": kind,
        "count": on.dice.randint(1, 3),
        "skip": on.dice.randint(0, 3),
        "seconds": on.dice.uniform(0.1, 1.5),
    }
    await asyncio.to_thread(on.aws.control, "POST", "faults", fault)
