"""All watches of a process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self

from graph.live.pace import Pace
from graph.live.watch import Update, Watch
from graph.metrics import WATCHES
from graph.model.clock import Clock, SystemClock
from graph.model.run import Run


class Watches:
    """One watch a run, however many follow it. Owns the tasks that poll."""

    def __init__(
        self,
        describe: Callable[[str], Awaitable[Run]],
        pace: Pace | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._describe = describe
        self._pace, self._clock = pace or Pace(), clock or SystemClock()
        self._live: dict[str, Watch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_call: defaultdict[str, float] = defaultdict(float)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def follow(self, run_arn: str, after: int | None = None) -> AsyncIterator[Update]:
        """The present state, then each change, the newest where changes outrun the reader.

        Ends after the state that has ended. ``after`` is the sequence that the reader has already.
        Raises NotFound and the like, and Upstream once AWS has failed for long.
        """
        watch = self._watch(run_arn)
        mailbox = watch.join()
        try:
            while True:
                update = await mailbox.get()
                if update.progress.sequence != after or update.run.ended:
                    yield update
                if update.run.ended:
                    return
        finally:
            watch.leave(mailbox)

    def latest(self, run_arn: str) -> Update | None:
        """What a watch that lives has seen last; asks nobody."""
        watch = self._live.get(run_arn)
        return watch.latest if watch else None

    def __len__(self) -> int:
        return len(self._live)

    def _watch(self, run_arn: str) -> Watch:
        watch = self._live.get(run_arn)
        if watch is None or watch.closed:
            watch = Watch(run_arn, self._describe, self._turn, self._pace, self._clock)
            self._live[run_arn] = watch
            # Owned by this object: cancelled and awaited when it is closed.
            task = asyncio.create_task(watch.poll())
            self._tasks.add(task)
            WATCHES.set(len(self._live))
            task.add_done_callback(lambda done: self._ended(run_arn, watch, done))
        return watch

    def _ended(self, run_arn: str, watch: Watch, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._live.get(run_arn) is watch:
            del self._live[run_arn]
        WATCHES.set(len(self._live))

    async def _turn(self, run_arn: str) -> None:
        """Waits for the account's budget: looks at its runs are spaced evenly."""
        account = run_arn.split(":")[4]
        now = self._clock.monotonic()
        turn = max(now, self._next_call[account])
        self._next_call[account] = turn + 1 / self._pace.account_calls
        if turn > now:
            await self._clock.sleep(turn - now)
