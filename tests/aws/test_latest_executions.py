"""The last run of each mover, from as few lists as possible."""

from __future__ import annotations

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
