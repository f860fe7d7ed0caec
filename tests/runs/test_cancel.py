"""Stopping a mover: the record of who cancelled its run outlives whatever is tried afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph.aws import executions
from graph.model.errors import (
    AccessDenied,
    ApiError,
    NotRunning,
    Throttled,
    Upstream,
    UpstreamTimeout,
)
from graph.model.run import Outcome
from graph.sandbox import Fault
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from graph.store import RunNote
from graph.store.tables import RUN_CANCELLATIONS
from tests.runs.lab import Lab
from tests.world import LAB

CANCELLED = RunNote("starter", cancelled=True, cancelled_by="first")


async def started(lab: Lab) -> str:
    """The ARN of a run that moves only when the test turns the clock."""
    await lab.turn(0)
    run_arn = await lab.runs.start(lab.task, "starter")
    await lab.turn(1)
    return run_arn


def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_backend: DataSyncBackend, _arn: str) -> None:
        raise InvalidRequestException("Task execution cannot be cancelled.")

    monkeypatch.setattr(DataSyncBackend, "cancel_task_execution", refuse)


async def assert_cancelled_by_the_first(lab: Lab, run_arn: str) -> None:
    await lab.finish()
    run = await lab.read(run_arn)
    assert (run.status, run.outcome) == ("ERROR", Outcome.CANCELLED)
    assert await lab.note(run_arn) == CANCELLED


async def test_stopping_twice_keeps_the_first(lab: Lab) -> None:
    run_arn = await started(lab)
    assert await lab.runs.stop(lab.task, "first") == run_arn
    with pytest.raises(NotRunning, match="already being cancelled"):
        await lab.other.stop(lab.task, "second")
    await lab.finish()
    with pytest.raises(NotRunning):
        await lab.other.stop(lab.task, "third")
    await assert_cancelled_by_the_first(lab, run_arn)
    assert lab.aws.interceptor.counts()["datasync.CancelTaskExecution"] == 1


async def test_of_many_stops_at_once_the_one_that_took_effect_counts(lab: Lab) -> None:
    run_arn = await started(lab)

    async def stop(number: int) -> str:
        return await (lab.runs, lab.other)[number % 2].stop(lab.task, f"stopper {number}")

    answers = await asyncio.gather(*(stop(n) for n in range(8)), return_exceptions=True)
    assert answers.count(run_arn) == 1
    assert [type(answer) for answer in answers].count(NotRunning) == 7
    await lab.finish()
    note = await lab.note(run_arn)
    assert (await lab.read(run_arn)).outcome is Outcome.CANCELLED
    rows = await lab.store.database.rows(RUN_CANCELLATIONS.select())
    assert [row["cancelled_by"] for row in rows if row["effective_at"]] == [note.cancelled_by]


@pytest.mark.parametrize("again", ["same client", "another client", "nobody"])
async def test_a_lost_answer_keeps_the_record(lab: Lab, again: str) -> None:
    run_arn = await started(lab)
    lab.aws.interceptor.add(Fault("CancelTaskExecution", "lost"))
    assert await lab.runs.stop(lab.task, "first") == run_arn
    if again != "nobody":
        with pytest.raises(NotRunning):
            await lab.other.stop(lab.task, "first" if again == "same client" else "second")
    await assert_cancelled_by_the_first(lab, run_arn)


async def test_a_lost_answer_after_which_nothing_can_be_read_keeps_the_record(lab: Lab) -> None:
    run_arn = await started(lab)
    lab.aws.interceptor.add(Fault("CancelTaskExecution", "lost"))
    lab.aws.interceptor.add(Fault("DescribeTaskExecution", "denied", count=1))
    with pytest.raises(Upstream):
        await lab.runs.stop(lab.task, "first")
    await lab.settled()
    await assert_cancelled_by_the_first(lab, run_arn)


async def test_a_cancellation_that_never_arrived_is_forgotten(lab: Lab) -> None:
    run_arn = await started(lab)
    lab.aws.interceptor.add(Fault("CancelTaskExecution", "unsent"))
    with pytest.raises(Upstream):
        await lab.runs.stop(lab.task, "never")
    assert (await lab.note(run_arn)).cancelled  # it may still arrive
    await lab.settled()
    assert lab.clock.slept == [60]
    assert not (await lab.note(run_arn)).cancelled
    await lab.runs.stop(lab.task, "first")
    await assert_cancelled_by_the_first(lab, run_arn)


@pytest.mark.parametrize(("fault", "error"), [("denied", AccessDenied), ("throttle", Throttled)])
async def test_a_failed_stop_leaves_no_record_and_undoes_none(
    lab: Lab, fault: str, error: type[ApiError]
) -> None:
    run_arn = await started(lab)
    lab.aws.interceptor.add(Fault("CancelTaskExecution", fault, count=4))
    with pytest.raises(error):
        await lab.other.stop(lab.task, "denied")
    lab.aws.interceptor.clear()
    assert not (await lab.note(run_arn)).cancelled
    await lab.runs.stop(lab.task, "first")
    await assert_cancelled_by_the_first(lab, run_arn)


async def test_a_stop_that_fails_beside_one_that_succeeds_undoes_nothing(lab: Lab) -> None:
    run_arn = await started(lab)
    lab.aws.interceptor.add(Fault("CancelTaskExecution", "gate"))
    failing = asyncio.create_task(lab.other.stop(lab.task, "second"))
    assert await asyncio.to_thread(lab.aws.interceptor.wait_for_gate, 20)
    await lab.runs.stop(lab.task, "first")
    lab.aws.interceptor.open_gate()  # AWS refuses it now
    with pytest.raises(NotRunning, match="already being cancelled"):
        await failing
    await assert_cancelled_by_the_first(lab, run_arn)


async def test_what_aws_refuses_to_cancel_is_not_said_not_to_run(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_arn = await started(lab)
    refusing(monkeypatch)
    with pytest.raises(Upstream, match="AWS refuses to cancel the run, which is LAUNCHING"):
        await lab.runs.stop(lab.task, "me")
    assert not (await lab.note(run_arn)).cancelled
    assert not (await lab.read(run_arn)).ended


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.FAILED])
async def test_a_run_that_ended_by_itself_meanwhile_was_not_cancelled(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    run_arn = await started(lab)
    lab.aws.interceptor.add(Fault("CancelTaskExecution", "gate"))
    stopping = asyncio.create_task(lab.runs.stop(lab.task, "late"))
    assert await asyncio.to_thread(lab.aws.interceptor.wait_for_gate, 20)
    if outcome is Outcome.FAILED:
        from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

        for role in iam_backends[LAB]["aws"].roles.values():
            role.policies.clear()
    await lab.finish()
    lab.aws.interceptor.open_gate()
    with pytest.raises(NotRunning):
        await stopping
    run = await lab.read(run_arn)
    assert run.outcome is outcome
    assert not (await lab.note(run_arn)).cancelled


async def test_a_run_that_is_cancelled_elsewhere_ends_as_cancelled_by_nobody_known(
    lab: Lab,
) -> None:
    run_arn = await started(lab)
    await asyncio.to_thread(lab.backend.cancel_task_execution, run_arn)
    with pytest.raises(NotRunning, match="already being cancelled"):
        await lab.runs.stop(lab.task, "late")
    await lab.finish()
    assert (await lab.read(run_arn)).outcome is Outcome.CANCELLED
    assert await lab.note(run_arn) == RunNote("starter", cancelled=True)


@pytest.mark.parametrize("method", ["confirm_cancellation", "withdraw_cancellation"])
async def test_bookkeeping_that_fails_is_repeated_and_changes_no_answer(
    lab: Lab, method: str
) -> None:
    run_arn = await started(lab)
    lab.records.failing[method] = 3
    if method == "withdraw_cancellation":
        lab.aws.interceptor.add(Fault("CancelTaskExecution", "denied"))
        with pytest.raises(AccessDenied):
            await lab.runs.stop(lab.task, "denied")
    assert await lab.runs.stop(lab.task, "first") == run_arn
    await lab.settled()
    await assert_cancelled_by_the_first(lab, run_arn)


@pytest.mark.parametrize("gate", ["gate", "gate-after"])
async def test_a_stop_is_finished_when_its_client_leaves(lab: Lab, gate: str) -> None:
    run_arn = await started(lab)
    lab.aws.interceptor.add(Fault("CancelTaskExecution", gate))
    call = asyncio.create_task(lab.runs.stop(lab.task, "first"))
    assert await asyncio.to_thread(lab.aws.interceptor.wait_for_gate, 20)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    lab.aws.interceptor.open_gate()
    await lab.settled()
    await assert_cancelled_by_the_first(lab, run_arn)


@pytest.mark.parametrize("error", [KeyError("x"), UpstreamTimeout("x"), TimeoutError()])
async def test_an_unexpected_error_after_the_effect_keeps_the_record(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    run_arn = await started(lab)
    plain = executions.cancel_run

    async def broken(*given: Any) -> None:
        await plain(*given)
        raise error

    monkeypatch.setattr("graph.runs.cancel.cancel_run", broken)
    assert await lab.runs.stop(lab.task, "first") == run_arn
    await assert_cancelled_by_the_first(lab, run_arn)


async def test_a_repeated_step_of_one_attempt_keeps_its_record(lab: Lab) -> None:
    """As a durable operation repeats its steps: AWS refuses what it has done already."""
    run_arn = await started(lab)
    for _ in range(3):
        await lab.runs._canceller.cancel(run_arn, "first", "delete")
    await assert_cancelled_by_the_first(lab, run_arn)


async def test_without_an_active_run_there_is_nothing_to_stop(lab: Lab) -> None:
    with pytest.raises(NotRunning):
        await lab.runs.stop(lab.task, "me")
    await started(lab)
    await lab.finish()
    with pytest.raises(NotRunning):
        await lab.runs.stop(lab.task, "me")
    assert lab.aws.interceptor.counts()["datasync.CancelTaskExecution"] == 0
