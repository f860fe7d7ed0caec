"""Calls that are not idempotent: found or made, and never repeated while one may still take effect.

A call that was sent and not answered (the connection was lost, it timed out, or this process was
stopped) can take effect later. Before it is repeated, AWS is asked for its result until
``RetryPolicy.settle`` has passed. What takes effect later still is removed by ``late_effects``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from graph.aws.client.effects import may_take_effect
from graph.aws.client.gateway import NotSent
from graph.model.errors import ApiError
from graph.operations.retries import Retries
from graph.store import LateEffects

Find = Callable[[], Awaitable[list[str]]]
Make = Callable[[], Awaitable[str]]


class Settling:
    """The calls of one operation."""

    def __init__(self, operation_id: str, retries: Retries, late_effects: LateEffects) -> None:
        self.retries = retries
        self._operation_id, self._late_effects = operation_id, late_effects

    async def find_or_make(self, find: Find, make: Make, taken_over: float | None) -> str:
        """Returns the ARN of the part, and makes it if no earlier call did.

        ``taken_over``: when this process took the operation over from one that had tried, on the
        monotonic clock; None if none has, so that there is nothing to look for. All parts share
        that one wait. Raises the error of the last call once none of them can take effect any more.
        """
        return await _Part(self, find, make, taken_over).get()

    async def note_unanswered(self, error: ApiError) -> bool:
        """Whether the call may still take effect; if so, the operation is checked after its end."""
        if not may_take_effect(error):
            return False
        await self.retries.call_store(lambda: self._late_effects.expect([self._operation_id]))
        return True


class _Part:
    """What is known of the calls for one part of a mover."""

    def __init__(
        self, settling: Settling, find: Find, make: Make, taken_over: float | None
    ) -> None:
        self._settling, self._find, self._make = settling, find, make
        self._retries = settling.retries
        self._tried = taken_over is not None
        # Another process may have sent a call until the very moment at which this one took over.
        self._sent = taken_over

    async def get(self) -> str:
        try:
            return await self._retries.call_aws(self._found_or_made)
        except ApiError:
            # Given up, but what was sent last may still appear, and then it counts.
            sent = self._sent is not None
            found = await self._retries.call_aws(self._settled) if sent else None
            if found is None:
                raise
            return found

    async def _found_or_made(self) -> str:
        found = await self._settled() if self._tried else None
        if found is not None:
            return found
        try:
            return await self._make()
        except NotSent:
            raise
        except ApiError as error:
            self._tried = True
            if await self._settling.note_unanswered(error):
                self._sent = time.monotonic()
            raise

    async def _settled(self) -> str | None:
        """What a call has made, or None once none of them can take effect any more."""
        while True:
            self._retries.ensure_running()
            found = await self._find()
            if found:
                return found[0]
            if self._sent is None or time.monotonic() >= self._sent + self._retries.policy.settle:
                self._sent = None
                return None
            await asyncio.sleep(self._retries.policy.poll)
