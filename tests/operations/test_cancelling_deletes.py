"""Deletes that cancel runs: only a cancellation that took effect is recorded as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from graph.model.errors import AccessDenied, ApiError, Conflict, Upstream
from graph.model.run import Outcome
from graph.operations.deleting import Deletion
from graph.operations.heartbeat import Heartbeat
from graph.operations.retries import Retries, RetryPolicy
from graph.operations.runtime import Runtime
from graph.sandbox import Fault, Sandbox
from graph.sandbox.datasync.engine import ENGINE
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.models import DataSyncBackend
from graph.sandbox.datasync.storage import S3Storage
from graph.sandbox.failures import Failure
from graph.store import RunNote
from tests.operations.stepped import OPERATION
from tests.runs.lab import Lab, opened

if TYPE_CHECKING:
    from graph.rights.policy import ResourcePolicy

POLICY = RetryPolicy(first_wait=0.01, poll=0.01, create_seconds=60, available=60)
HASTY = replace(POLICY, create_seconds=0.05, available=0.1)
CANCEL = "CancelTaskExecution"


@pytest.fixture
async def lab(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Lab]:
    async with opened(aws, tmp_path) as lab:
        await lab.turn(0)
        yield lab


def deletion(lab: Lab, policy: RetryPolicy = POLICY) -> Deletion:
    heartbeat = Heartbeat(lab.store.replicas, "mine", 1e9)
    resources = cast("ResourcePolicy", None)
    runtime = Runtime(lab.gateway, lab.store, Retries(policy, heartbeat), heartbeat, resources)
    return Deletion(runtime, OPERATION, lab.task)


def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on runs fail by themselves."""

    def fail(_storage: S3Storage) -> None:
        raise Failure("FsS3HeadBucketFailed", "could not perform s3:HeadBucket")

    monkeypatch.setattr(S3Storage, "check", fail)


async def outcome(lab: Lab, run_arn: str) -> tuple[Outcome | None, str | None]:
    await lab.finish()
    return (await lab.read(run_arn)).outcome, (await lab.note(run_arn)).cancelled_by


@pytest.mark.parametrize("text", ["is no longer running.", "is not found.", "is wrong."])
async def test_a_run_that_fails_before_its_cancellation_was_not_cancelled(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    run_arn = await lab.runs.start(lab.task, "starter")
    failing(monkeypatch)

    def end_and_refuse(_backend: DataSyncBackend, arn: str) -> None:
        ENGINE.settle(1e6)
        raise InvalidRequestException(f"Task execution {arn[-22:]} {text}")

    monkeypatch.setattr(DataSyncBackend, "cancel_task_execution", end_and_refuse)
    await deletion(lab).delete_task("deleter")
    assert await lab.note(run_arn) == RunNote("starter")


@pytest.mark.parametrize(
    ("fault", "raised"), [("denied", AccessDenied), ("error", Upstream), ("unsent", Upstream)]
)
async def test_a_cancellation_that_never_succeeds_leaves_no_record(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, fault: str, raised: type[ApiError]
) -> None:
    run_arn = await lab.runs.start(lab.task, "starter")
    lab.aws.interceptor.add(Fault(CANCEL, fault, count=1_000))
    with pytest.raises(raised):
        await deletion(lab, HASTY).delete_task("deleter")
    failing(monkeypatch)
    assert await outcome(lab, run_arn) == (Outcome.FAILED, None)


async def test_a_refused_cancellation_of_an_active_run_leaves_no_record(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_arn = await lab.runs.start(lab.task, "starter")

    def refuse(_backend: DataSyncBackend, _arn: str) -> None:
        raise InvalidRequestException("Task execution cannot be cancelled.")

    monkeypatch.setattr(DataSyncBackend, "cancel_task_execution", refuse)
    with pytest.raises(Conflict, match="could not be cancelled in time"):
        await deletion(lab, HASTY).delete_task("deleter")
    failing(monkeypatch)
    assert await outcome(lab, run_arn) == (Outcome.FAILED, None)


@pytest.mark.parametrize("fault", [None, "lost", "error", "throttle"])
async def test_a_cancellation_that_took_effect_is_the_deleters(lab: Lab, fault: str | None) -> None:
    run_arn = await lab.runs.start(lab.task, "starter")
    if fault is not None:
        lab.aws.interceptor.add(Fault(CANCEL, fault))
    deleting = asyncio.create_task(deletion(lab).delete_task("deleter"))
    (execution,) = lab.backend.executions.values()
    await until(lambda: execution.transfer.status == "CANCELLING")
    await lab.finish()
    await deleting
    assert await lab.note(run_arn) == RunNote("starter", cancelled=True, cancelled_by="deleter")


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not met():  # noqa: ASYNC110 - the sandbox has no event
            await asyncio.sleep(0.001)
