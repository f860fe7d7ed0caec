"""The runs that the subscribers of the fan-out benchmark follow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

from graph.concurrency import Mailbox

BARE = asyncio.Event()
"""Set while the bare loop writes in place of the application."""


async def ticks(hertz: float) -> AsyncGenerator[str, None]:
    """The time, so often; what the server is too slow for is left out."""
    began, number = time.time(), 0
    while True:
        number = max(number + 1, int((time.time() - began) * hertz))
        await asyncio.sleep(began + number / hertz - time.time())
        yield f"{time.time():.6f}"


class Runs:
    """One watch for each run, which all executions that follow it share, as in the server."""

    def __init__(self, hertz: float) -> None:
        self._hertz = hertz
        self._followers: dict[int, list[Mailbox[str]]] = {}
        self._watches: list[asyncio.Task[None]] = []

    def follow(self, run: int) -> Mailbox[str]:
        mailbox = Mailbox[str]()
        if run not in self._followers:
            self._followers[run] = []
            self._watches.append(asyncio.create_task(self._watch(run)))
        self._followers[run].append(mailbox)
        return mailbox

    async def _watch(self, run: int) -> None:
        async for at in ticks(self._hertz):
            if BARE.is_set():
                return
            for mailbox in self._followers[run]:
                mailbox.put(at)
