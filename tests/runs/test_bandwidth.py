"""The bandwidth of a run: what is limited, what is refused, and by when the limit applies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from graph.model.errors import AccessDenied, Invalid, NotFound, NotRunning, Upstream
from graph.sandbox import Fault
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from graph.task_settings.rules import check_bandwidth
from tests.runs.lab import Lab

CALL = "datasync.UpdateTaskExecution"


async def started(lab: Lab) -> str:
    """The ARN of a run that moves only when the test turns the clock."""
    await lab.turn(0)
    run_arn = await lab.runs.start(lab.task, "starter")
    await lab.turn(1)
    return run_arn


def refusing(monkeypatch: pytest.MonkeyPatch, before: Any = lambda _backend, _arn: None) -> None:
    def refuse(backend: DataSyncBackend, arn: str, _options: dict[str, Any]) -> None:
        before(backend, arn)
        raise InvalidRequestException("BytesPerSecond cannot be changed in this mode.")

    monkeypatch.setattr(DataSyncBackend, "update_task_execution", refuse)


@pytest.mark.parametrize("limit", [1, 1_048_576, 2**53 - 1, -1])
async def test_a_run_in_progress_gets_the_limit_within_a_minute(lab: Lab, limit: int) -> None:
    run_arn = await started(lab)
    run = await lab.read(run_arn)
    change = await lab.runs.set_bandwidth(run, limit)
    assert (change.run_arn, change.bytes_per_second) == (run_arn, limit)
    assert change.effective_by == lab.clock.now() + timedelta(seconds=60)
    after = await lab.read(run_arn)
    assert after.options == {**run.options, "BytesPerSecond": limit}


async def test_a_queued_run_gets_the_limit_and_the_active_one_does_not(lab: Lab) -> None:
    active = await started(lab)
    queued = lab.backend.start_task_execution({"TaskArn": lab.task}).arn
    await lab.runs.set_bandwidth(await lab.read(queued), 7)
    assert (await lab.read(queued)).status == "QUEUED"
    assert (await lab.read(queued)).options["BytesPerSecond"] == 7
    assert (await lab.read(active)).options["BytesPerSecond"] == -1


async def test_a_run_that_has_ended_or_is_being_cancelled_is_not_changed(lab: Lab) -> None:
    run_arn = await started(lab)
    await lab.runs.stop(lab.task, "stopper")
    with pytest.raises(NotRunning, match="being cancelled"):
        await lab.runs.set_bandwidth(await lab.read(run_arn), 1)
    await lab.finish()
    with pytest.raises(NotRunning, match="has ended"):
        await lab.runs.set_bandwidth(await lab.read(run_arn), 1)
    assert lab.aws.interceptor.counts()[CALL] == 0


async def test_what_aws_refuses_is_the_callers_to_correct(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await lab.read(await started(lab))
    refusing(monkeypatch)
    with pytest.raises(Invalid, match="cannot be changed in this mode") as caught:
        await lab.runs.set_bandwidth(run, 1)
    assert caught.value.path == ("bytesPerSecond",)


async def test_a_run_that_ends_meanwhile_is_not_running(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await lab.read(await started(lab))
    refusing(monkeypatch, lambda backend, arn: backend.cancel_task_execution(arn))
    with pytest.raises(NotRunning):
        await lab.runs.set_bandwidth(run, 1)


async def test_a_call_that_is_not_answered_is_repeated(lab: Lab) -> None:
    run = await lab.read(await started(lab))
    lab.aws.interceptor.add(Fault(CALL, "lost", count=1))
    await lab.runs.set_bandwidth(run, 5)
    assert lab.aws.interceptor.counts()[CALL] == 2
    assert (await lab.read(run.run_arn)).options["BytesPerSecond"] == 5


@pytest.mark.parametrize(("kind", "error"), [("denied", AccessDenied), ("error", Upstream)])
async def test_a_failure_of_aws_is_passed_on(lab: Lab, kind: str, error: type[Exception]) -> None:
    run = await lab.read(await started(lab))
    lab.aws.interceptor.add(Fault(CALL, kind, count=20))
    with pytest.raises(error):
        await lab.runs.set_bandwidth(run, 5)


async def test_a_run_that_is_gone_is_not_found(lab: Lab) -> None:
    run = await lab.read(await started(lab))
    del lab.backend.executions[run.run_arn]
    with pytest.raises(NotFound):
        await lab.runs.set_bandwidth(run, 5)


@pytest.mark.parametrize("limit", [0, -2, -(2**53)])
def test_what_is_no_limit_is_refused(limit: int) -> None:
    with pytest.raises(Invalid, match="or -1 for no limit") as caught:
        check_bandwidth(limit)
    assert caught.value.path == ("bytesPerSecond",)


@pytest.mark.parametrize("limit", [-1, 1, 2**53 - 1])
def test_a_limit_is_positive_or_none(limit: int) -> None:
    check_bandwidth(limit)
