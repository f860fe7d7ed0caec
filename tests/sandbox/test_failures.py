"""Failures of an execution: AWS reports each as ERROR, with its own code and text."""

from __future__ import annotations

import pytest

from graph.sandbox import Sandbox
from graph.sandbox.failures import Cancelled, Failure, RoleUnusable
from tests.sandbox.lab import client, fill, make_task, start


@pytest.mark.parametrize("path", ["/", "/spinup/acme/g/", "/a/b/"])
def test_an_unusable_role_is_named_without_its_path_and_by_its_arn(path: str) -> None:
    arn = f"arn:aws:iam::222222222222:role{path}reads-from"
    failure = RoleUnusable(arn)
    assert "roleName=reads-from, " in failure.detail
    assert failure.detail.endswith(f"roleArn={arn}")
    assert str(failure) == failure.detail


@pytest.mark.parametrize("seconds", [0, 2.5, 4.5])
def test_a_cancelled_run_is_an_error_with_the_code_of_cancellation(
    lab: Sandbox, seconds: float
) -> None:
    fill(lab, a=10_000)
    datasync = client("datasync")
    run, describe = start(datasync, make_task(datasync))
    lab.turn(seconds)
    datasync.cancel_task_execution(TaskExecutionArn=run)
    lab.turn(60)
    shown = describe()
    assert shown["Status"] == "ERROR"
    assert shown["Result"]["ErrorCode"] == Cancelled().code
    assert shown["Result"]["ErrorDetail"] == Cancelled().detail


def test_a_failure_ends_a_run_in_its_phase_and_leaves_the_task_available(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graph.sandbox.datasync.transfer import Transfer  # noqa: PLC0415 - after moto is extended

    def fail(*_given: object) -> None:
        raise Failure("NfsServerUnreachable", "The server does not answer.")

    fill(lab, a=10)
    monkeypatch.setattr(Transfer, "_move", fail)
    datasync = client("datasync")
    task = make_task(datasync)
    _, describe = start(datasync, task)
    lab.turn(60)
    result = describe()["Result"]
    assert describe()["Status"] == "ERROR"
    assert (result["ErrorCode"], result["ErrorDetail"]) == (
        "NfsServerUnreachable",
        "The server does not answer.",
    )
    assert (result["PrepareStatus"], result["TransferStatus"]) == ("SUCCESS", "ERROR")
    assert datasync.describe_task(TaskArn=task)["Status"] == "AVAILABLE"
