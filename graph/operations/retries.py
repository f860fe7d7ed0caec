"""Retries of calls to AWS and the store: growing waits, a limit, and only for what can pass."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from graph.aws.refusals import seconds_to_retry, with_advice
from graph.model.errors import ApiError, Upstream
from graph.operations.heartbeat import Heartbeat

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How steps retry and wait, in seconds."""

    first_wait: float = 1.0
    longest_wait: float = 10.0
    create_seconds: float = 120.0
    """A step that creates something gives up after this time."""
    rollback_seconds: float = 3_600.0
    """A step that removes something gives up after this time, and leaves it behind."""
    store_seconds: float = 3_600.0
    """Every step waits this long for the store. The engine's journal waits without a limit."""
    poll: float = 2.0
    """Between two reads of a task that is being created or of a run that is being cancelled."""
    settle: float = 30.0
    """How long a call that was sent and not answered may still take effect."""
    available: float = 600.0
    """A task that has not become AVAILABLE by then has failed."""


class Retries:
    """Every call that a workflow makes to AWS and the store goes through here."""

    def __init__(self, policy: RetryPolicy, heartbeat: Heartbeat) -> None:
        self.policy = policy
        self._heartbeat, self._stopped = heartbeat, False

    def stop(self) -> None:
        """From now on every call, also one that waits to be repeated, cancels its workflow."""
        self._stopped = True

    def ensure_running(self) -> None:
        """Raises CancelledError once the process stops.

        Any other exception would fail the workflow, which then rolls back what it created. A
        cancelled one is resumed by another process.
        """
        if self._stopped:
            raise asyncio.CancelledError

    async def call_aws(self, work: Callable[[], Awaitable[T]], seconds: float | None = None) -> T:
        """The result of a call to AWS, retried for ``seconds`` (default: ``create_seconds``).

        Raises the last error, or at once one that does not pass, with advice if there is some.
        """

        async def call() -> T:
            await self._heartbeat.ensure_owner()
            return await work()

        bound = self.policy.create_seconds if seconds is None else seconds
        return await self._retried(call, seconds_to_retry, bound)

    async def call_store(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of a call to the store, which an outage only delays. Raises Upstream."""
        return await self._retried(
            work,
            lambda error: inf if isinstance(error, Upstream) else 0.0,
            self.policy.store_seconds,
        )

    async def _retried(
        self,
        work: Callable[[], Awaitable[T]],
        seconds_of: Callable[[ApiError], float],
        bound: float,
    ) -> T:
        """``seconds_of``: how long an error is retried after the first of its kind."""
        wait, until = self.policy.first_wait, time.monotonic() + bound
        since: dict[float, float] = {}
        while True:
            self.ensure_running()
            try:
                return await work()
            except ApiError as error:
                self.ensure_running()
                now, seconds = time.monotonic(), seconds_of(error)
                if now + wait > min(until, since.setdefault(seconds, now) + seconds):
                    advised = with_advice(error)
                    if advised is error:
                        raise
                    raise advised from error.__cause__
            await asyncio.sleep(wait)
            wait = min(self.policy.longest_wait, wait * 2)
