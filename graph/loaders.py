"""The DataLoaders of one request: what one of its fields has asked for, no other asks again."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from strawberry.dataloader import DataLoader

from graph.aws import movers
from graph.aws.client.gateway import Gateway
from graph.aws.latest import latest_runs, runs_newest_first
from graph.aws.locations import describe_location
from graph.aws.runs import describe_run
from graph.aws.tags import tags_of
from graph.aws.tasks import describe_task
from graph.model import names
from graph.model.location import Location
from graph.model.mover import Mover, Tag, Task
from graph.model.run import Run, RunRef
from graph.store import Store

K = TypeVar("K")
V = TypeVar("V")


class Loaders:
    """Made anew for every request, so that nothing in them is older than the request itself."""

    def __init__(self, gateway: Gateway, store: Store) -> None:
        self._gateway = gateway

        async def runs(run_arns: list[str]) -> list[Run | BaseException]:
            return await read_runs(gateway, store, run_arns)

        async def read_latest(task_arns: list[str]) -> list[str | BaseException | None]:
            return await _latest(gateway, task_arns)

        self.movers: DataLoader[str, list[Mover]] = _each(
            lambda account_id: movers.list_movers(gateway, account_id)
        )
        """By account: all of its movers."""
        self.mover: DataLoader[str, Mover] = _each(self._mover)
        """By the task's ARN."""
        self.task: DataLoader[str, Task] = _each(lambda arn: describe_task(gateway, arn))
        self.location: DataLoader[str, Location | None] = _each(
            lambda arn: describe_location(gateway, arn)
        )
        """By ARN; None where it is gone."""
        self.tags: DataLoader[str, tuple[Tag, ...]] = _each(lambda arn: tags_of(gateway, arn))
        self.runs: DataLoader[str, list[RunRef]] = _each(
            lambda task_arn: runs_newest_first(gateway, task_arn)
        )
        """By the task's ARN."""
        self.run: DataLoader[str, Run] = DataLoader(load_fn=runs)
        self.latest_run: DataLoader[str, str | None] = DataLoader(load_fn=read_latest)
        """By the task's ARN: the ARN of its last run, None where it never ran."""

    def forget_runs(self) -> None:
        """After a start or stop: who asks in the same request is shown what has become of it."""
        for loader in (self.mover, self.task, self.runs, self.latest_run, self.run):
            loader.clear_all()

    async def _mover(self, task_arn: str) -> Mover:
        self._gateway.account(names.arn(task_arn).account)
        task, tags = await asyncio.gather(self.task.load(task_arn), self.tags.load(task_arn))
        return movers.mover_of(self._gateway, task, tags)


def _each(read: Callable[[K], Awaitable[V]]) -> DataLoader[K, V]:
    """A loader for what AWS gives one by one: all at the same time, each with its own failure."""

    async def load(keys: list[K]) -> list[V | BaseException]:
        return await asyncio.gather(*(read(key) for key in keys), return_exceptions=True)

    return DataLoader(load_fn=load)


async def read_runs(
    gateway: Gateway, store: Store, run_arns: list[str]
) -> list[Run | BaseException]:
    """Runs, marked as cancelled where this deployment was asked to: AWS does not keep that."""
    found = await asyncio.gather(
        *(describe_run(gateway, arn) for arn in run_arns), return_exceptions=True
    )
    failed = [run.run_arn for run in found if isinstance(run, Run) and run.status == "ERROR"]
    notes = await store.run_notes(failed) if failed else {}
    return [
        replace(run, cancelled=True)
        if isinstance(run, Run) and run.run_arn in notes and notes[run.run_arn].cancelled_by
        else run
        for run in found
    ]


async def _latest(gateway: Gateway, task_arns: list[str]) -> list[str | BaseException | None]:
    by_account: defaultdict[str, list[str]] = defaultdict(list)
    for task_arn in task_arns:
        by_account[names.arn(task_arn).account].append(task_arn)
    found: dict[str, str | BaseException | None] = {}
    answers = await asyncio.gather(
        *(latest_runs(gateway, account, arns) for account, arns in by_account.items()),
        return_exceptions=True,
    )
    for arns, answer in zip(by_account.values(), answers, strict=True):
        for task_arn in arns:
            found[task_arn] = answer if isinstance(answer, BaseException) else answer[task_arn]
    return [found[task_arn] for task_arn in task_arns]
