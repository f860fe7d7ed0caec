"""How long runs usually take, from the sandbox's runs of one mover."""

from __future__ import annotations

import pytest

from graph.model.errors import NotFound
from graph.runs.usual import usual_seconds
from tests.runs.lab import Lab


async def ran(lab: Lab, seconds: float) -> None:
    """A run that took so long."""
    run_arn = await lab.runs.start(lab.task, "me")
    await lab.turn(seconds)
    lab.aws.set_pace(launch=0)
    await lab.finish()
    lab.aws.set_pace(launch=1_000)
    assert (await lab.read(run_arn)).ended


async def test_the_last_runs_that_succeeded_count(lab: Lab) -> None:
    assert await usual_seconds(lab.gateway, lab.task) is None
    for _ in range(4):
        await ran(lab, 2_000)
    lab.aws.interceptor.forget_calls()
    usual = await usual_seconds(lab.gateway, lab.task)
    assert usual is not None
    durations = []
    for ref in await lab.runs.list_runs(lab.task):
        run = await lab.read(ref.run_arn)
        assert run.ended_at
        assert run.launched_at
        durations.append((run.ended_at - run.launched_at).total_seconds())
    assert min(durations) <= usual <= max(durations)
    lab.aws.interceptor.forget_calls()
    assert await usual_seconds(lab.gateway, lab.task) == usual
    assert lab.aws.interceptor.counts() == {"datasync.ListTaskExecutions": 1}


async def test_a_run_that_was_cancelled_does_not_count(lab: Lab) -> None:
    await lab.runs.start(lab.task, "me")
    await lab.runs.stop(lab.task, "me")
    await lab.finish()
    assert await usual_seconds(lab.gateway, lab.task) is None


async def test_a_mover_that_is_gone_is_an_error(lab: Lab) -> None:
    with pytest.raises(NotFound):
        await usual_seconds(lab.gateway, lab.task[:-4] + "0000")
