"""The last run of each mover, from as few lists as possible."""

from __future__ import annotations

import pytest

from graph.aws import latest_executions
from graph.aws.client.gateway import Gateway
from graph.aws.executions import start_run
from graph.aws.latest_executions import latest_runs
from graph.sandbox import Sandbox
from tests.test_call_counts import many
from tests.world import LAB


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
    assert await latest_runs(gateway.bind(LAB), tasks) == last
    assert aws.interceptor.counts()["datasync.ListTaskExecutions"] == 1
    assert await latest_runs(gateway.bind(LAB), [tasks[0]]) == {tasks[0]: last[tasks[0]]}
    gone = tasks[0][:-17] + "0" * 17
    assert await latest_runs(gateway.bind(LAB), [gone]) == {gone: None}


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("runs", [0, 1, 3])
@pytest.mark.parametrize("active", [True, False])
async def test_one_mover_and_a_page_of_movers_have_the_same_last_runs(
    aws: Sandbox, gateway: Gateway, *, kept: bool, runs: int, active: bool
) -> None:
    tasks = [task.arn for task in many(aws, 3)]
    aws.set_pace(keeps_current_run=kept)
    aws.turn(0)
    last: dict[str, str | None] = dict.fromkeys(tasks)
    for number in range(runs):
        for task in tasks[:2]:
            last[task] = await start_run(gateway, task)
        if number < runs - 1 or not active:
            aws.turn(100)
    bound = gateway.bind(LAB)
    assert await latest_runs(bound, tasks) == last
    for task in tasks:
        assert await latest_runs(bound, [task]) == {task: last[task]}


@pytest.mark.parametrize("kept", [True, False])
async def test_in_an_account_of_too_many_runs_the_last_runs_are_the_same(
    aws: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    tasks = [task.arn for task in many(aws, 2)]
    aws.set_pace(keeps_current_run=kept)
    aws.turn(0)
    last = {task: await start_run(gateway, task) for task in tasks}
    aws.turn(100)
    monkeypatch.setattr(latest_executions, "_PAGES", 0)
    assert await latest_runs(gateway.bind(LAB), tasks) == last
