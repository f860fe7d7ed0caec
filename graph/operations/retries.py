"""Retries of calls to AWS and the store: growing waits, a limit, and only for what can pass."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from math import inf
from typing import TypeVar

from graph.model.errors import ApiError, Upstream
from graph.operations.refusals import seconds_to_retry, with_advice
from graph.operations.runtime import runtime

T = TypeVar("T")


async def with_retry(work: Callable[[], Awaitable[T]], seconds: float | None = None) -> T:
    """The result of a call to AWS, which is retried for ``seconds`` (default: ``create_seconds``).

    Raises the last error, or at once one that does not pass, with advice if there is some.
    """
    bound = runtime().retry.create_seconds if seconds is None else seconds

    async def call() -> T:
        await runtime().heartbeat.ensure_owner()
        return await work()

    return await _retried(call, seconds_to_retry, bound)


async def with_store_retry(work: Callable[[], Awaitable[T]]) -> T:
    """The result of a call to the store. An outage only delays it. Raises Upstream."""
    return await _retried(
        work,
        lambda error: inf if isinstance(error, Upstream) else 0.0,
        runtime().retry.store_seconds,
    )


async def _retried(
    work: Callable[[], Awaitable[T]], seconds_of: Callable[[ApiError], float], bound: float
) -> T:
    """``seconds_of``: how long an error is retried after the first of its kind."""
    wait, until = runtime().retry.first_wait, time.monotonic() + bound
    since: dict[float, float] = {}
    while True:
        try:
            return await work()
        except ApiError as error:
            now, seconds = time.monotonic(), seconds_of(error)
            if now + wait > min(until, since.setdefault(seconds, now) + seconds):
                advised = with_advice(error)
                if advised is error:
                    raise
                raise advised from error.__cause__
        await asyncio.sleep(wait)
        wait = min(runtime().retry.longest_wait, wait * 2)
