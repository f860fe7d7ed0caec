"""Processes of a deployment on one held clock, with a store that a test can break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from graph.aws.executions import run_of
from graph.model.errors import Upstream
from graph.model.run import Run
from graph.runs.watch import SharedWatches, Watches
from graph.store import NUDGE, Exchange, Notice, RunState, place_of
from tests.runs.watch.held import ARN, START, Aws, HeldClock

_NONE: Final = RunState(0, "")


@dataclass(frozen=True)
class Row:
    holder: str | None = None
    until: float = 0.0
    state: RunState = _NONE


class Table:
    """What the rows of PostgreSQL do, which ``tests/store/test_run_watches.py`` shows."""

    def __init__(self, clock: HeldClock) -> None:
        self._clock = clock
        self.rows: dict[str, Row] = {}
        self.fails = False
        self.deaf = False
        """Whether notices are lost."""
        self.exchanges = self.processes = 0
        self._listeners: list[asyncio.Queue[str]] = []

    async def exchange(
        self,
        process: str,
        watched: Mapping[str, int],
        new: Mapping[str, RunState],
        given_up: list[str],
        *,
        lease: float,
    ) -> Exchange:
        self.exchanges += 1
        await asyncio.sleep(0)
        if self.fails:
            raise Upstream("The store does not answer.")
        for arn in {*watched, *new, *given_up}:
            row = self.rows.get(arn, Row())
            if row.holder == process or row.until <= self._clock.seconds:
                self._write(arn, process, new.get(arn), free=arn in given_up and arn not in watched)
                if arn in watched and not self.rows[arn].state.ended:
                    until = self._clock.seconds + lease
                    self.rows[arn] = replace(self.rows[arn], holder=process, until=until)
        mine = {arn for arn in watched if self.rows[arn].holder == process}
        held = {arn for arn in mine if self.rows[arn].until > self._clock.seconds}
        unknown = {
            arn: self.rows[arn].state
            for arn, known in watched.items()
            if self.rows[arn].state.sequence not in (0, known)
        }
        holders = {row.holder for row in self.rows.values() if row.until > self._clock.seconds}
        pollers = {place_of(ARN): len(holders)}
        return Exchange(frozenset(held), unknown, pollers, self.processes)

    def _write(self, arn: str, process: str, new: RunState | None, *, free: bool) -> None:
        row = self.rows.get(arn, Row())
        if new is not None and new.sequence > row.state.sequence:
            row = replace(row, state=new)
            if new.ended:
                row = replace(row, until=0.0)
            self._announce(Notice(arn, process, new.sequence, new.text))
        if free:
            row = replace(row, holder=None, until=0.0)
            self._announce(Notice(arn, process, 0, None))
        self.rows[arn] = row

    def nudge(self, process: str, name: str) -> None:
        if self.fails:
            raise Upstream("The store does not answer.")
        self._announce(Notice(name, process, 0, NUDGE))

    def _announce(self, notice: Notice) -> None:
        for queue in [] if self.deaf else self._listeners:
            queue.put_nowait(notice.encoded())

    async def listen(self) -> AsyncGenerator[str, None]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            yield ""
            while True:
                yield await queue.get()
        finally:
            self._listeners.remove(queue)


class Process:
    """One server: its watches, and how often it has polled."""

    def __init__(
        self, table: Table, clock: HeldClock, plays: Callable[[float], Run | Exception]
    ) -> None:
        self._table, self._clock = table, clock
        self._awake = asyncio.Event()
        self._awake.set()
        self.answers = asyncio.Event()
        """Cleared where the answers of the store are to be late."""
        self.answers.set()
        self.aws = Aws(clock, lambda _: plays(clock.seconds - 1000))
        self.shared = SharedWatches(self, self._listen, self)
        first = count(100, 100)
        self.watches = Watches(self.aws, None, self, sharing=self.shared, first=lambda: next(first))

    def freeze(self) -> None:
        """As SIGSTOP does, until ``thaw``."""
        self._awake.clear()

    def thaw(self) -> None:
        self._awake.set()

    async def die(self) -> None:
        """As ``kill -9`` ends it: nothing is given up."""
        tasks = [*self.watches._tasks, *self.shared._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.shared._left.clear()

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await self._awake.wait()

    async def exchange(self, *given: Any, lease: float) -> Exchange:
        try:
            answer = await self._table.exchange(*given, lease=lease)
            await self.answers.wait()
            return answer
        finally:
            await self._awake.wait()

    async def nudge(self, process: str, name: str) -> None:
        self._table.nudge(process, name)

    async def _listen(self) -> AsyncGenerator[str, None]:
        async with aclosing(self._table.listen()) as payloads:
            async for payload in payloads:
                await self._awake.wait()
                yield payload


class Deployment:
    """Processes that share a table and poll the same run, whose counters grow with each second."""

    def __init__(self, plays: Callable[[float], Run | Exception] | None = None) -> None:
        """``plays``: what AWS answers, by the seconds since the beginning."""
        self.clock = HeldClock()
        self.table = Table(self.clock)
        self._plays = plays or (lambda seconds: described(moved=int(seconds)))

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Process]:
        process = Process(self.table, self.clock, self._plays)
        self.table.processes += 1
        async with process.shared, process.watches:
            yield process


def described(status: str = "TRANSFERRING", moved: int = 0, **members: Any) -> Run:
    """A run as AWS describes it."""
    answer = {
        "TaskExecutionArn": ARN,
        "Status": status,
        "TaskMode": "BASIC",
        "StartTime": START,
        "LaunchTime": START + timedelta(seconds=1),
        "EstimatedBytesToTransfer": 10_000,
        "BytesTransferred": moved,
    }
    return run_of(answer | members)
