"""The run service on the sandbox, without a server around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.concurrency import Bookkeeping
from graph.model.errors import Upstream
from graph.model.run import Run
from graph.operations.idempotency import Idempotency
from graph.runs import RunService
from graph.sandbox import Sandbox
from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync import resources
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from graph.store import IdempotencyKey, RunNote, RunRecords, Store, open_store
from tests import leftover
from tests.stores import migrated_file
from tests.world import LAB, ORG, ROLE, furnish

SETTLE = 0.5
"""Seconds in which a call that was not answered may still take effect."""
KEY = IdempotencyKey.of("me", "k-1", "start")


class SandboxClock:
    """Tells the sandbox's time; sleeping takes none of it."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.hurried = False
        """Whether sleeping counts as if it had taken its time."""

    def now(self) -> datetime:
        return CLOCK.now()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() + self.hurried * sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.001)


class Unreliable(RunRecords):
    """Fails the next calls of some methods, like a store during an outage."""

    failing: dict[str, int]

    def __init__(self, store: Store) -> None:
        super().__init__(store.database)
        self.failing = {}

    def _fail(self, method: str) -> None:
        if self.failing.get(method, 0) > 0:
            self.failing[method] -= 1
            raise Upstream("the server's store does not answer; try again")

    async def end_start(self, *given: Any) -> None:
        self._fail("end_start")
        await super().end_start(*given)

    async def note_started(self, *given: Any) -> None:
        self._fail("note_started")
        await super().note_started(*given)

    async def confirm_cancellation(self, *given: Any) -> None:
        self._fail("confirm_cancellation")
        await super().confirm_cancellation(*given)

    async def withdraw_cancellation(self, *given: Any) -> None:
        self._fail("withdraw_cancellation")
        await super().withdraw_cancellation(*given)


@dataclass
class Lab:
    """Two replicas that share a store, and a mover that one of them may start."""

    aws: Sandbox
    gateway: Gateway
    store: Store
    records: Unreliable
    runs: RunService
    other: RunService
    task: str
    clock: SandboxClock = field(default_factory=SandboxClock)

    @property
    def backend(self) -> Any:
        """The sandbox's own state of the account."""
        return leftover.datasync()

    def started(self) -> int:
        """How many runs the sandbox was asked to start."""
        return self.aws.interceptor.counts()["datasync.StartTaskExecution"]

    async def read(self, run_arn: str) -> Run:
        (run,) = await self.runs.read([run_arn])
        if isinstance(run, BaseException):
            raise run
        return run

    async def note(self, run_arn: str) -> RunNote:
        return (await self.records.notes([run_arn])).get(run_arn, RunNote())

    async def settled(self) -> None:
        """Returns when nothing is under way any more, retries in the background included."""
        for runs in (self.runs, self.other):
            for owner in (runs._changes, runs._starter._looks, runs._bookkeeping._retries):
                await asyncio.gather(*owner._tasks, return_exceptions=True)

    async def turn(self, seconds: float) -> None:
        """AccountLimiter the sandbox's clock: from then on it moves in no other way."""
        await asyncio.to_thread(self.aws.turn, seconds)

    async def finish(self) -> None:
        """Lets everything that runs come to its end."""
        await asyncio.to_thread(self.aws.settle)


@asynccontextmanager
async def opened(
    aws: Sandbox, folder: Path, *, drain: float = 10.0, settle: float = SETTLE
) -> AsyncIterator[Lab]:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)
    source, destination = (
        leftover.location(leftover.role(name)) for name in ("source", "destination")
    )
    task = leftover.task(source, destination, "one", leftover.tags())
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")
    url = migrated_file(folder / "db.sqlite")
    async with (
        Gateway(clients, org=ORG) as gateway,
        open_store(url) as store,
        open_store(url) as others,
    ):
        clock, records = SandboxClock(), Unreliable(store)
        async with (
            _service(gateway, records, store, clock, drain=drain, settle=settle) as runs,
            _service(gateway, others.runs, others, clock, drain=drain, settle=settle) as other,
        ):
            yield Lab(aws, gateway, store, records, runs, other, task, clock)


def describing(monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], Any]) -> None:
    """Makes the sandbox describe tasks otherwise."""
    plain = resources.Task.describe

    def describe(task: resources.Task) -> dict[str, Any]:
        described = plain(task)
        change(described)
        return described

    monkeypatch.setattr(resources.Task, "describe", describe)


def refusing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Makes the sandbox refuse to start anything."""

    def refuse(_backend: DataSyncBackend, _params: dict[str, Any]) -> None:
        raise InvalidRequestException(text)

    monkeypatch.setattr(DataSyncBackend, "start_task_execution", refuse)


def _service(  # noqa: PLR0913 - what it consists of
    gateway: Gateway,
    records: RunRecords,
    store: Store,
    clock: SandboxClock,
    *,
    drain: float,
    settle: float,
) -> RunService:
    idempotency = Idempotency(store.idempotency, "replica", Bookkeeping(clock))
    return RunService(gateway, records, idempotency, clock=clock, drain=drain, settle=settle)
