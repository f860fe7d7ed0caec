"""All watches of a process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextvars import Context
from functools import partial
from typing import Final, Self

from graph.concurrency import Mailbox, Pigeonholes, begin_work, current_work
from graph.model.clock import Clock, SystemClock
from graph.model.errors import Upstream
from graph.model.run import Run
from graph.observability.metrics import WATCHES
from graph.runs.watch.encoding import Updates
from graph.runs.watch.meter import Meter
from graph.runs.watch.poll_policy import PollPolicy
from graph.runs.watch.sharing import Share, Sharing, Unshared, Watcher
from graph.runs.watch.turns import PollTurns
from graph.runs.watch.update import Update
from graph.runs.watch.watch import History, Watch
from graph.store import place_of

_FIRST: Final = 2**30
"""Sequence numbers begin below this, so that they stay below GraphQL's limit of 2**31."""


class Watches:
    """One watch per run, however many follow it. Owns the tasks that poll."""

    def __init__(  # noqa: PLR0913 - its ports
        self,
        describe: Callable[[str], Awaitable[Run]],
        policy: PollPolicy | None = None,
        clock: Clock | None = None,
        *,
        sharing: Sharing | None = None,
        history: History | None = None,
        first: Callable[[], int] = lambda: 1 + secrets.randbelow(_FIRST),
    ) -> None:
        """``sharing``: with the other processes of the deployment; None if there are none.

        ``history``: how long runs of a task usually take, for estimates without a total.

        ``first`` returns the first sequence number of a watch that continues no other. It is
        random, because a client that reconnects may send the number of an earlier watch. If it were
        a number of this watch, a state would be skipped.
        """
        self._sharing, self._history = sharing or Unshared(), history
        self._describe, self._first = describe, first
        self._policy, self._clock = policy or PollPolicy(), clock or SystemClock()
        self._live: dict[str, Watch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self.turns = PollTurns(self._policy.per_second, self._clock, self._sharing.pollers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Followers that still wait are woken: they get the latest state, then Upstream."""
        self._closed = True
        tasks, watches = list(self._tasks), list(self._live.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for watch in watches:
            watch.fail(_closing())

    async def follow(self, run_arn: str, after: int | None = None) -> AsyncGenerator[Update, None]:
        """The current state, then each change; a slow reader gets the newest state only.

        Ends after the state in which the run has ended, which is always sent. ``after`` is a
        sequence number that the reader has already, perhaps from another process: if it is the
        current one, the current state is not sent again; any other number has no effect. Raises
        NotFound and other errors of AWS, and Upstream once AWS has failed for long or when the
        server stops.
        """
        if self._closed:
            raise _closing()
        watch = self._watch(run_arn)
        mailbox: Mailbox[Update] = Mailbox()
        watch.join(mailbox, current_work())
        try:
            async for update in mailbox:
                if update.progress.sequence != after or update.run.ended:
                    yield update
                if update.run.ended:
                    return
        finally:
            watch.leave(mailbox)

    async def follow_all(self, run_arns: Iterable[str]) -> AsyncGenerator[Update, None]:
        """The current state of each run, then each change; ends when all have ended.

        A slow reader gets the newest state of each. Raises the first error of any of them.
        """
        if self._closed:
            raise _closing()
        states: Pigeonholes[str, Update] = Pigeonholes()
        followed = {arn: (self._watch(arn), states.hole(arn)) for arn in run_arns}
        try:
            for watch, hole in followed.values():
                watch.join(hole, current_work())
            async for update in states:
                yield update
                if update.run.ended and (left := followed.pop(update.run.run_arn, None)):
                    left[0].leave(left[1])
                if not followed:
                    return
        finally:
            for watch, hole in followed.values():
                watch.leave(hole)

    def repeat(self, run_arn: str) -> None:
        """The followers here receive the latest state again, with the sequence that it has."""
        watch = self._live.get(run_arn)
        if watch is not None:
            watch.repeat()

    def latest(self, run_arn: str) -> Update | None:
        """The latest state of a watch that is running; None without one. Makes no call."""
        watch = self._live.get(run_arn)
        return watch.latest if watch else None

    def __len__(self) -> int:
        return len(self._live)

    def _watch(self, run_arn: str) -> Watch:
        watch = self._live.get(run_arn)
        if watch is None or watch.closed:
            meter = Meter(self._policy, self._first())
            wait_for_turn = partial(self.turns.take, place_of(run_arn))
            join = partial(_joined, self._sharing, run_arn)
            watch = Watch(
                run_arn,
                self._describe,
                wait_for_turn,
                meter,
                clock=self._clock,
                join=join,
                history=self._history,
            )
            self._live[run_arn] = watch
            # In a context of its own: the first follower may leave before the others.
            context = Context()
            context.run(begin_work, watch.work)
            # Owned by this object: cancelled and awaited when it is closed.
            task = asyncio.create_task(watch.run(), context=context)
            self._tasks.add(task)
            WATCHES.set(len(self._live))
            task.add_done_callback(lambda done: self._ended(run_arn, watch, done))
        return watch

    def _ended(self, run_arn: str, watch: Watch, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        watch.unshare()
        if self._live.get(run_arn) is watch:
            del self._live[run_arn]
        WATCHES.set(len(self._live))


def _joined(sharing: Sharing, run_arn: str, watch: Watcher[Update]) -> Share[Update]:
    return sharing.join(run_arn, watch, Updates())


def _closing() -> Upstream:
    return Upstream("The server is stopping. Follow the run again.")
