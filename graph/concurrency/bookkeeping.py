"""Records of effects in AWS: retried in the background, never failing the request itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from graph.concurrency.in_progress import InProgress, NoRoom
from graph.concurrency.tasks import TaskOwner
from graph.model.clock import Clock

log = logging.getLogger(__name__)

Write = Callable[[], Awaitable[object]]

_INLINE_SECONDS: Final = 3.0
"""How long a response waits for its record to be stored."""
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0
_TRIES: Final = 20
"""About a quarter of an hour."""
_MOST: Final = 1_000
"""Writes that are retried at the same time. Each caller may have as many as are still free; further
ones are logged and dropped."""


class Bookkeeping:
    """Owns the retries."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._retries = clock, TaskOwner()
        self._waiting = InProgress(_MOST)

    async def settle(self, what: str, write: Write) -> None:
        """Writes at once, or else in the background. Never raises; ``write`` may be repeated."""
        if await self._succeeds(what, write):
            return
        self.later(_FIRST_WAIT, what, write)

    def later(self, seconds: float, what: str, write: Write) -> None:
        """Writes in the background, for the first time after ``seconds``."""
        try:
            leave = self._waiting.enter_current()
        except NoRoom as error:
            log.error(  # noqa: TRY400 - no fault here
                "not recorded, because too many records are waiting, of which %d are this "
                "caller's: %s",
                error.held,
                what,
            )
            return
        retry = self._retries.spawn(self._retry(seconds, what, write))
        retry.add_done_callback(lambda _: leave())

    async def aclose(self) -> None:
        """Gives up what is still being retried, and logs it."""
        await self._retries.aclose(0)

    async def _retry(self, wait: float, what: str, write: Write) -> None:
        try:
            for _ in range(_TRIES):
                await self._clock.sleep(wait)
                if await self._succeeds(what, write):
                    log.info("recorded after all: %s", what)
                    return
                wait = min(_LONGEST_WAIT, max(_FIRST_WAIT, 2 * wait))
        except asyncio.CancelledError:
            log.error("not recorded, because the server is stopping: %s", what)  # noqa: TRY400 - no fault here
            raise
        log.error("not recorded, because the store did not recover: %s", what)

    async def _succeeds(self, what: str, write: Write) -> bool:
        try:
            async with asyncio.timeout(_INLINE_SECONDS):
                await write()
        except Exception as error:  # noqa: BLE001 - a boundary: the effect has taken place
            log.warning("not recorded yet (%r): %s", error, what)
            return False
        return True
