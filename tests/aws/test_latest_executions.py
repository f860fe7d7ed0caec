"""The last run of each mover, from as few lists as possible."""

from __future__ import annotations

import asyncio

import pytest

from graph.aws import latest_executions
from graph.aws.client.gateway import Gateway
from graph.aws.executions import start_run
from graph.aws.latest_executions import account_runs, runs_newest_first
from graph.model.errors import ApiError
from graph.sandbox import Fault, Sandbox
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from tests.test_call_counts import many
from tests.world import LAB


async def last_runs(gateway: Gateway, tasks: list[str]) -> dict[str, str | None]:
    """All at once, as the fields of a page ask for them."""
    runs = await account_runs(gateway.bind(LAB))
    assert runs is not None
    return dict(zip(tasks, await asyncio.gather(*map(runs.last, tasks)), strict=True))


async def test_the_last_runs_of_many_movers_come_from_one_list(
    aws: Sandbox, gateway: Gateway
) -> None:
    tasks = [task.arn for task in many(aws, 4)]
    aws.turn(0)
    last: dict[str, str | None] = dict.fromkeys(tasks)
    for task in (tasks[0], tasks[1], tasks[0]):
        last[task] = await start_run(gateway, task)
        aws.turn(100)
    aws.interceptor.forget_calls()
    assert await last_runs(gateway, tasks) == last
    counts = aws.interceptor.counts()
    assert counts["datasync.ListTaskExecutions"] == 1
    assert counts["datasync.DescribeTaskExecution"] == 2
    gone = tasks[0][:-17] + "0" * 17
    assert await last_runs(gateway, [gone]) == {gone: None}


async def test_the_order_of_runs_is_learned_once_for_many_movers(
    aws: Sandbox, gateway: Gateway
) -> None:
    tasks = [task.arn for task in many(aws, 20)]
    aws.turn(0)
    for _ in range(3):
        last = {task: await start_run(gateway, task) for task in tasks}
        aws.turn(100)
    aws.interceptor.forget_calls()
    assert await last_runs(gateway, tasks) == last
    assert aws.interceptor.counts()["datasync.DescribeTaskExecution"] == 2


@pytest.mark.parametrize("runs", [0, 1, 3])
@pytest.mark.parametrize("active", [True, False])
async def test_the_list_of_one_mover_and_that_of_all_agree(
    aws: Sandbox, gateway: Gateway, *, runs: int, active: bool
) -> None:
    tasks = [task.arn for task in many(aws, 3)]
    aws.turn(0)
    last: dict[str, str | None] = dict.fromkeys(tasks)
    for number in range(runs):
        for task in tasks[:2]:
            last[task] = await start_run(gateway, task)
        if number < runs - 1 or not active:
            aws.turn(100)
    assert await last_runs(gateway, tasks) == last
    for task in tasks:
        refs = await runs_newest_first(gateway, task)
        assert [ref.run_arn for ref in refs[:1]] == [last[task]] * min(1, len(refs))


@pytest.mark.parametrize(("pages", "listed"), [(0, False), (1, True)])
async def test_too_many_runs_of_an_account_are_not_listed(
    aws: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, *, pages: int, listed: bool
) -> None:
    (task,) = many(aws, 1)
    await start_run(gateway, task.arn)
    monkeypatch.setattr(latest_executions, "_PAGES", pages)
    assert (await account_runs(gateway.bind(LAB)) is not None) == listed


async def test_runs_that_cannot_be_listed_together_are_not_read_for_each_list(
    aws: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = gateway.bind(LAB)
    (task,) = many(aws, 1)
    await start_run(gateway, task.arn)
    monkeypatch.setattr(latest_executions, "_PAGES", 0)
    aws.interceptor.forget_calls()
    for _ in range(3):
        assert await account_runs(lab) is None
    assert aws.interceptor.counts()["datasync.ListTaskExecutions"] == 1
    monkeypatch.setattr(latest_executions, "_PAGES", 1)
    lab.caches.unlisted_runs.clear()  # as after a quarter of an hour
    assert await account_runs(lab) is not None


async def test_that_aws_refuses_to_list_the_runs_of_all_tasks_is_remembered(
    aws: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_backend: DataSyncBackend, _task: str | None) -> None:
        raise InvalidRequestException("TaskArn is required.")

    aws.role(LAB, "management", external_id="x-1")
    with monkeypatch.context() as patched:
        patched.setattr(DataSyncBackend, "list_task_executions", refuse)
        assert await account_runs(gateway.bind(LAB)) is None
    assert await account_runs(gateway.bind(LAB)) is None
    assert aws.interceptor.counts()["datasync.ListTaskExecutions"] == 1


@pytest.mark.parametrize("fault", ["error", "throttle", "denied", "page"])
async def test_a_failure_to_list_runs_is_no_answer_that_is_remembered(
    aws: Sandbox, gateway: Gateway, fault: str
) -> None:
    aws.role(LAB, "management", external_id="x-1")
    aws.interceptor.add(Fault("ListTaskExecutions", fault, count=20))
    with pytest.raises(ApiError):
        await account_runs(gateway.bind(LAB))
    aws.interceptor.clear()
    assert await account_runs(gateway.bind(LAB)) is not None
