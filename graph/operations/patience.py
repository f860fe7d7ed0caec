"""Waiting for what can pass, with growing waits and a bound; everything else fails at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from graph.model.errors import ApiError, Throttled, Upstream
from graph.operations.rooms import rooms

T = TypeVar("T")

_PROPAGATING: Final = ("unable to assume role", "access test failed")
"""The two texts of a location's creation that pass by themselves, once a role is known."""
_NOWHERE: Final = "headbucket"
"""... unless it is the bucket that is missing."""


async def patiently(work: Callable[[], Awaitable[T]], seconds: float | None = None) -> T:
    """What a call to AWS gives, at the latest after ``seconds`` (or Patience.together)."""
    bound = rooms().patience.together if seconds is None else seconds

    async def call() -> T:
        await rooms().heart.ensure_owner()
        return await work()

    return await _repeated(call, _can_pass, bound)


async def lasting(work: Callable[[], Awaitable[T]]) -> T:
    """What a call to the store gives: one that is away for a while only delays."""
    return await _repeated(work, lambda error: isinstance(error, Upstream), rooms().patience.store)


async def _repeated(
    work: Callable[[], Awaitable[T]], passes: Callable[[ApiError], bool], bound: float
) -> T:
    wait, until = rooms().patience.first, time.monotonic() + bound
    while True:
        try:
            return await work()
        except ApiError as error:
            if not passes(error) or time.monotonic() + wait > until:
                raise
        await asyncio.sleep(wait)
        wait = min(rooms().patience.most, wait * 2)


def _can_pass(error: ApiError) -> bool:
    if isinstance(error, Throttled | Upstream):
        return True
    text = error.message.lower()
    return _NOWHERE not in text and any(passing in text for passing in _PROPAGATING)
