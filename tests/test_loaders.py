"""What one request has read it does not read again, and each key fails for itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import cached_property
from pathlib import Path

import pytest
import pytest_asyncio
from strawberry.dataloader import DataLoader

from graph.aws import latest_executions
from graph.context import Services
from graph.loaders import Loaders
from graph.model.errors import NotFound
from graph.sandbox import Sandbox
from tests.operations.by_hand import backend, by_hand
from tests.resolvers.lab import opened
from tests.world import HERE, LAB, furnish

NAMES = [name for name, it in vars(Loaders).items() if isinstance(it, cached_property)]
GONE = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
OF_RUNS = {
    "mover",
    "task",
    "runs",
    "account_runs",
    "latest_run",
    "listed_latest_run",
    "run",
    "run_note",
}


@pytest_asyncio.fixture
async def services(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Services]:
    furnish(aws, LAB)
    async with opened(tmp_path) as services:
        yield services


def loaders_of(services: Services) -> Loaders:
    lately_made = services.operations.lately_made
    return Loaders(services.gateway, services.runs, services.cleanup, lately_made)


def arns(aws: Sandbox, count: int) -> list[str]:
    """The ARNs of the tasks of some new movers."""
    role = aws.role(LAB, "reads", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    made = [by_hand("g", (role, role), name=f"m{number}").arn for number in range(count)]
    aws.interceptor.forget_calls()
    return made


async def test_a_mover_and_its_task_cost_one_call_each_however_often_they_are_read(
    aws: Sandbox, services: Services
) -> None:
    (arn,) = arns(aws, 1)
    loaders = loaders_of(services)
    movers = await asyncio.gather(*(loaders.mover.load(arn) for _ in range(5)))
    task = await loaders.task.load(arn)
    assert {mover.name for mover in movers} == {task.name} == {"m0"}
    counts = aws.interceptor.counts()
    assert counts["datasync.DescribeTask"] == counts["datasync.ListTagsForResource"] == 1


async def test_a_key_that_fails_takes_nothing_from_the_others(
    aws: Sandbox, services: Services
) -> None:
    one, two = arns(aws, 2)
    loaders = loaders_of(services)
    found = await asyncio.gather(
        *(loaders.mover.load(arn) for arn in (one, GONE, two)), return_exceptions=True
    )
    assert isinstance(found[1], NotFound)
    assert [getattr(mover, "task_arn", None) for mover in found] == [one, None, two]


async def test_a_new_request_reads_again_and_the_same_one_does_not(
    aws: Sandbox, services: Services
) -> None:
    (arn,) = arns(aws, 1)
    loaders = loaders_of(services)
    assert (await loaders.mover.load(arn)).name == "m0"
    backend().delete_task(arn)
    assert (await loaders.mover.load(arn)).name == "m0"
    with pytest.raises(NotFound):
        await loaders_of(services).mover.load(arn)


async def test_an_event_of_a_stream_reads_everything_again(
    aws: Sandbox, services: Services
) -> None:
    (arn,) = arns(aws, 1)
    loaders = loaders_of(services)
    await loaders.mover.load(arn)
    assert len(await loaders.movers.load((HERE, None))) == 1
    backend().delete_task(arn)
    loaders.forget()
    with pytest.raises(NotFound):
        await loaders.mover.load(arn)
    assert await loaders.movers.load((HERE, None)) == []


async def test_a_start_or_stop_discards_what_it_may_have_changed_and_nothing_else(
    services: Services,
) -> None:
    loaders = loaders_of(services)
    kept: dict[str, DataLoader[str, str]] = {name: getattr(loaders, name) for name in NAMES}
    for loader in kept.values():
        loader.prime("key", "read before")
    loaders.forget_runs()
    left = {name for name, it in kept.items() if it.cache_map.get("key") is not None}
    assert left == kept.keys() - OF_RUNS


async def test_a_run_that_nobody_noted_has_an_empty_note(services: Services) -> None:
    run = f"{GONE}/execution/exec-0123456789abcdef0"
    note = await loaders_of(services).run_note.load(run)
    assert (note.started_by, note.cancelled_by) == (None, None)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("pages", [0, 10])
@pytest.mark.parametrize("runs", [0, 1, 3])
async def test_the_last_run_is_the_same_from_a_task_and_from_a_list(  # noqa: PLR0913 - the cases
    aws: Sandbox,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    *,
    kept: bool,
    pages: int,
    runs: int,
) -> None:
    monkeypatch.setattr(latest_executions, "_PAGES", pages)
    aws.set_pace(keeps_current_run=kept)
    tasks = arns(aws, 3)
    last: dict[str, str | None] = dict.fromkeys(tasks)
    aws.turn(0)
    for _ in range(runs):
        for task in tasks[:2]:
            last[task] = await services.runs.start(task, "me")
        aws.turn(100)
    for name in ("latest_run", "listed_latest_run"):
        many = loaders_of(services)
        assert await getattr(many, name).load_many(tasks) == list(last.values())
        for task in tasks:
            assert await getattr(loaders_of(services), name).load(task) == last[task]


@pytest.mark.parametrize("name", ["latest_run", "listed_latest_run"])
async def test_a_task_that_is_gone_has_no_last_run(services: Services, name: str) -> None:
    assert await getattr(loaders_of(services), name).load(GONE) is None


async def test_the_runs_of_an_account_are_listed_once_per_request_in_any_number_of_batches(
    aws: Sandbox, services: Services
) -> None:
    aws.set_pace(keeps_current_run=False)
    tasks = arns(aws, 5)
    loaders = loaders_of(services)
    for batch in (tasks[:1], tasks[1:3], tasks[3:]):
        assert await loaders.listed_latest_run.load_many(batch) == [None] * len(batch)
    assert aws.interceptor.counts() == {"datasync.ListTaskExecutions": 1, "sts.AssumeRole": 1}
    await loaders.latest_run.load_many(tasks)
    assert aws.interceptor.counts()["datasync.ListTaskExecutions"] == 1
    await loaders_of(services).latest_run.load_many(tasks)
    assert aws.interceptor.counts()["datasync.ListTaskExecutions"] == 2


async def test_the_last_run_of_a_mover_that_was_described_costs_nothing(
    aws: Sandbox, services: Services
) -> None:
    (task,) = arns(aws, 1)
    run = await services.runs.start(task, "me")
    loaders = loaders_of(services)
    await loaders.mover.load(task)
    aws.interceptor.forget_calls()
    assert await loaders.latest_run.load(task) == run
    assert not aws.interceptor.counts()
