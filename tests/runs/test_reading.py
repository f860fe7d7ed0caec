"""Runs as AWS describes them, joined with what the store knows; each fails for itself."""

from __future__ import annotations

from graph.model.errors import NotFound
from graph.model.run import Outcome, Run
from tests import leftover
from tests.runs.lab import Lab
from tests.world import HERE


async def test_each_run_is_read_or_fails_for_itself(lab: Lab) -> None:
    await lab.turn(0)
    first = await lab.runs.start(lab.task, "me")
    await lab.runs.stop(lab.task, "me")
    await lab.finish()
    await lab.turn(0)
    second = await lab.runs.start(lab.task, "me")
    gone = f"{lab.task}/execution/exec-00000000000000000"
    found = await lab.runs.read([second, gone, first, second])
    assert [type(run) for run in found] == [Run, NotFound, Run, Run]
    ended = found[2]
    assert isinstance(ended, Run)
    assert ended.outcome is Outcome.CANCELLED


async def test_a_run_that_nobody_cancelled_failed(lab: Lab) -> None:
    await lab.turn(0)
    run_arn = await lab.runs.start(lab.task, "me")
    lab.backend.cancel_task_execution(run_arn)
    await lab.finish()
    assert (await lab.read(run_arn)).outcome is Outcome.FAILED
    assert lab.aws.interceptor.counts()["datasync.DescribeTaskExecution"] == 1


async def test_the_last_run_of_each_task_is_in_the_runs_of_the_account(lab: Lab) -> None:
    ends = lab.backend.tasks[lab.task].source.arn, lab.backend.tasks[lab.task].destination.arn
    other, never = (leftover.task(*ends, name, leftover.tags()) for name in ("two", "three"))
    await lab.turn(0)
    started = [await lab.runs.start(task, "me") for task in (lab.task, other)]
    runs = await lab.runs.of_account(HERE)
    assert runs is not None
    assert [await runs.last(task) for task in (never, other, lab.task)] == [None, *started[::-1]]
