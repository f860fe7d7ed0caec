"""A clock that only a test advances, and what is watched by it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from graph.model.clock import Clock
from graph.model.run import Counters, Run
from graph.runs.watch import PollPolicy, Update, Watches

ARN = "arn:aws:datasync:us-east-1:222222222222:task/task-1/execution/exec-1"
START = datetime(2026, 1, 1, tzinfo=UTC)
_STEPS = 25
"""Rounds of the loop after which all that can go on without time has gone on."""


class HeldClock:
    """Sleepers wake in the order they are due, each at its own time."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    @property
    def sleeps(self) -> int:
        """How many there were so far."""
        return self._count

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.seconds + seconds, self._count, woken))
        await woken

    async def turn(self, seconds: float = 0) -> None:
        until = self.seconds + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            due, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                self.seconds = due
                woken.set_result(None)
                await settle()
        self.seconds = until


class Aws:
    """Answers each look with what ``plays`` gives for its number, and notes when it came."""

    def __init__(self, clock: HeldClock, plays: Callable[[int], Run | Exception]) -> None:
        self._clock, self._plays = clock, plays
        self.looks: list[tuple[float, str]] = []

    async def __call__(self, arn: str) -> Run:
        self.looks.append((self._clock.seconds - 1000, arn))
        played = self._plays(len(self.looks) - 1)
        if isinstance(played, Exception):
            raise played
        return played

    @property
    def times(self) -> list[float]:
        return [at for at, _ in self.looks]

    @property
    def waits(self) -> list[float]:
        return [later - at for at, later in pairwise(self.times)]


class Follower:
    """Takes each update as soon as it comes."""

    def __init__(self, watches: Watches, arn: str = ARN, after: int | None = None) -> None:
        self.seen: list[Update] = []
        self.task = asyncio.create_task(self._follow(updates(watches, arn, after)))

    async def _follow(self, source: AsyncGenerator[Update, None]) -> None:
        try:
            async for update in source:
                self.seen.append(update)
        finally:
            await source.aclose()

    @property
    def sequences(self) -> list[int]:
        return [update.progress.sequence for update in self.seen]

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


def watching(
    describe: Callable[[str], Awaitable[Run]],
    policy: PollPolicy | None = None,
    clock: Clock | None = None,
) -> Watches:
    """Watches whose sequences begin with 1."""
    return Watches(describe, policy, clock, first=lambda: 1)


def updates(
    watches: Watches, arn: str = ARN, after: int | None = None
) -> AsyncGenerator[Update, None]:
    return watches.follow(arn, after)


async def settle() -> None:
    for _ in range(_STEPS):
        await asyncio.sleep(0)


def run(  # noqa: PLR0913
    status: str = "TRANSFERRING",
    moved: int | None = 0,
    total: int | None = 1000,
    *,
    files: int | None = None,
    files_total: int | None = None,
    mode: str = "BASIC",
) -> Run:
    return Run(
        run_arn=ARN,
        status=status,
        mode=mode,
        requested_at=START,
        launched_at=None,
        ended_at=None,
        counters=Counters(
            bytes_transferred=moved,
            bytes_estimated=total,
            files_transferred=files,
            files_estimated=files_total,
        ),
        result=None,
        options={},
        described={},
    )
