"""Runs as AWS lists and describes them; one that has ended is described once."""

from __future__ import annotations

from graph.aws.client.gateway import Gateway
from graph.aws.executions import describe_run, list_runs, start_run
from graph.aws.latest_executions import runs_newest_first
from graph.aws.tasks import describe_task
from graph.sandbox import Sandbox
from tests.test_call_counts import many


async def test_runs_are_listed_described_and_remembered_once_they_have_ended(
    aws: Sandbox, gateway: Gateway
) -> None:
    (task,) = many(aws, 1)
    aws.turn(0)
    runs = []
    for _ in range(3):
        runs.append(await start_run(gateway, task.arn))
        aws.turn(100)
    assert [ref.run_arn for ref in await list_runs(gateway, task.arn)] == runs
    assert [ref.run_arn for ref in await runs_newest_first(gateway, task.arn)] == runs[::-1]
    assert (await describe_task(gateway, task.arn)).latest_run_arn == runs[-1]
    run = await describe_run(gateway, runs[0])
    assert run.ended
    aws.interceptor.forget_calls()
    assert await describe_run(gateway, runs[0]) == run
    assert aws.interceptor.counts() == {}
