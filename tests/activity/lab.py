"""Accounts of a deployment on one held clock, with AWS and a store that a test plays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

from graph.activity import Activity, Change, Kind, Pace
from graph.activity.feed import NoteGroup
from graph.activity.looks import Tags
from graph.aws.executions import run_of
from graph.model.errors import ApiError, NotFound
from graph.model.mover import GROUP_TAG, Account, Mover, Tag
from graph.model.run import Run
from graph.runs.watch import Watches
from tests.runs.watch.deployment import Process, Table
from tests.runs.watch.held import HeldClock

LAB = Account("222222222222", "us-east-1")
OTHER = Account("333333333333", "us-east-1")


def arn(name: str) -> str:
    return f"arn:aws:datasync:us-east-1:222222222222:task/task-{name}"


def mover(name: str, group: str | None = "g", status: str = "AVAILABLE") -> Mover:
    tags = () if group is None else (Tag(GROUP_TAG, group),)
    return Mover(account=LAB, task_arn=arn(name), name=name, status=status, mode="BASIC", tags=tags)


@dataclass
class World:
    """What AWS and the store have, and how often they were asked."""

    clock: HeldClock = field(default_factory=HeldClock)
    movers: dict[str, Mover] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    """By ARN the status."""
    operations: dict[str, tuple[str | None, float]] = field(default_factory=dict)
    error: ApiError | None = None
    lists: list[float] = field(default_factory=list)
    run_lists: int = 0
    described: int = 0

    def has(self, *movers: Mover) -> None:
        self.movers |= {each.task_arn: each for each in movers}

    def starts(self, name: str, number: int = 1) -> str:
        """Somebody starts a mover."""
        self.movers[arn(name)] = replace(self.movers[arn(name)], status="RUNNING")
        run_arn = f"{arn(name)}/execution/exec-{number}"
        self.runs[run_arn] = "TRANSFERRING"
        return run_arn

    def ends(self, name: str, number: int = 1) -> None:
        self.movers[arn(name)] = replace(self.movers[arn(name)], status="AVAILABLE")
        self.runs[f"{arn(name)}/execution/exec-{number}"] = "SUCCESS"

    async def describe(self, run_arn: str) -> Run:
        self.described += 1
        if self.error is not None:
            raise self.error
        if run_arn not in self.runs:
            raise NotFound("gone")
        moved = int(self.clock.seconds - 1000)
        return run_of(
            {
                "TaskExecutionArn": run_arn,
                "Status": self.runs[run_arn],
                "TaskMode": "BASIC",
                "EstimatedBytesToTransfer": 10_000,
                "BytesTransferred": moved,
            }
        )


class Looking:
    """Implements ``Looks``."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def movers(self, tags: Tags | None) -> tuple[list[Mover], Tags]:
        self._world.lists.append(self._world.clock.seconds - 1000)
        await asyncio.sleep(0)
        if self._world.error is not None:
            raise self._world.error
        return list(self._world.movers.values()), tags or {}

    async def runs(self, task_arns: Collection[str]) -> dict[str, str]:
        self._world.run_lists += 1
        return {
            run_arn: status
            for run_arn, status in self._world.runs.items()
            if run_arn.partition("/execution/")[0] in task_arns and status != "SUCCESS"
        }

    async def operations(self) -> dict[str, tuple[str | None, float]]:
        return dict(self._world.operations)


def everything(_group: str | None) -> bool:
    return True


def only(*groups: str) -> Callable[[str | None], bool]:
    return lambda group: group in groups


class Follower:
    """A client, which notes what it is told."""

    def __init__(
        self,
        activity: Activity,
        sees: Callable[[str | None], bool] = everything,
        after: str | None = None,
        account: Account = LAB,
    ) -> None:
        self.changes: list[Change] = []
        self.task = asyncio.create_task(self._follow(activity.follow(account, sees, after)))

    async def _follow(self, source: AsyncGenerator[Change, None]) -> None:
        async with aclosing(source):
            async for change in source:
                self.changes.append(change)

    @property
    def told(self) -> list[str]:
        """The changes as short texts; forgotten afterwards."""
        told = [_short(change) for change in self.changes]
        self.changes, self.cursor = [], self.changes[-1].cursor if self.changes else self.cursor
        return told

    cursor: str | None = None

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


def _short(change: Change) -> str:
    subject = change.subject
    if subject is None:
        return "reset"
    name = subject.key.partition("task/task-")[2].replace("/execution/", " ") or subject.key
    if subject.kind is Kind.MOVER:
        assert change.mover is not None
        return f"{name} {change.mover.group} {change.mover.status}"
    if subject.kind is Kind.RUN:
        return f"{name} {change.update.run.status if change.update else '?'}"
    return f"{name} is gone" if subject.kind is Kind.GONE else f"operation {name}"


@asynccontextmanager
async def alone(
    world: World, pace: Pace | None = None, note_group: NoteGroup | None = None
) -> AsyncIterator[Activity]:
    """A process that shares with no other."""
    watches = Watches(world.describe, None, world.clock)
    async with (
        watches,
        Activity(
            lambda _: Looking(world), watches, pace=pace, clock=world.clock, note_group=note_group
        ) as activity,
    ):
        yield activity


class Replica(Process):
    """A process that shares a table with others."""

    def __init__(self, table: Table, world: World) -> None:
        super().__init__(table, world.clock, lambda _: run_of({}))
        self.watches = Watches(world.describe, None, self, sharing=self.shared)
        self.activity = Activity(
            lambda _: Looking(world), self.watches, sharing=self.shared, clock=self
        )

    async def die(self) -> None:
        for followed in self.activity._followed.values():
            followed.task.cancel()
        await super().die()


@asynccontextmanager
async def replica(table: Table, world: World) -> AsyncIterator[Replica]:
    process = Replica(table, world)
    table.processes += 1
    async with process.shared, process.watches, process.activity:
        yield process
