"""Retries of calls to AWS and the store: growing waits, a limit, and only for what can pass."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from graph.model.errors import ApiError, Throttled, Upstream
from graph.operations.runtime import runtime

T = TypeVar("T")

_PROPAGATING: Final = ("unable to assume role", "access test failed")
"""Refusals of a new location that pass by themselves, once AWS knows its new role everywhere."""
_MISSING_BUCKET: Final = "headbucket"
"""Such a refusal names this call if the bucket itself is missing, which does not pass."""


async def with_retry(work: Callable[[], Awaitable[T]], seconds: float | None = None) -> T:
    """The result of a call to AWS, which is retried for ``seconds`` (default: ``create_seconds``).

    Raises the last error, or at once one that does not pass.
    """
    bound = runtime().retry.create_seconds if seconds is None else seconds

    async def call() -> T:
        await runtime().heartbeat.ensure_owner()
        return await work()

    return await _retried(call, _can_pass, bound)


async def with_store_retry(work: Callable[[], Awaitable[T]]) -> T:
    """The result of a call to the store. An outage only delays it. Raises Upstream."""
    return await _retried(
        work, lambda error: isinstance(error, Upstream), runtime().retry.store_seconds
    )


async def _retried(
    work: Callable[[], Awaitable[T]], can_pass: Callable[[ApiError], bool], bound: float
) -> T:
    wait, until = runtime().retry.first_wait, time.monotonic() + bound
    while True:
        try:
            return await work()
        except ApiError as error:
            if not can_pass(error) or time.monotonic() + wait > until:
                raise
        await asyncio.sleep(wait)
        wait = min(runtime().retry.longest_wait, wait * 2)


def _can_pass(error: ApiError) -> bool:
    if isinstance(error, Throttled | Upstream):
        return True
    text = error.message.lower()
    return _MISSING_BUCKET not in text and any(each in text for each in _PROPAGATING)
