"""Requests that wait for something to happen: bounded, each with a deadline, and ended together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from graph.concurrency.in_progress import InProgress


class Waits:
    """All waits can be ended at once, as if their time were over."""

    def __init__(self, most: int = 2_000) -> None:
        """``most``: waits at the same time, of which each caller may have as many as are free."""
        self._room = InProgress(most)
        self._open: set[asyncio.Timeout] = set()
        self._ended = False

    @asynccontextmanager
    async def at_most(self, seconds: float) -> AsyncIterator[None]:
        """Leaves its block after ``seconds``, without an error. Raises NoRoom."""
        leave = self._room.enter_current()
        scope = asyncio.timeout(0 if self._ended else seconds)
        self._open.add(scope)
        try:
            async with scope:
                yield
        except TimeoutError:
            if not scope.expired():
                raise
        finally:
            self._open.discard(scope)
            leave()

    def end(self) -> None:
        """Ends all waits, also those that begin later."""
        self._ended = True
        self.interrupt()

    def interrupt(self) -> None:
        """Ends the waits that have begun."""
        now = asyncio.get_running_loop().time()
        for scope in self._open:
            scope.reschedule(now)
