"""The sandbox's locations and tasks: made, listed, and kept where they are needed."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import client, fill, make_task, start


def test_the_quota_of_tasks_is_an_error(lab: Sandbox) -> None:
    lab.set_pace(tasks=0)
    with pytest.raises(ClientError, match="exceeded the limit of 0 tasks"):
        make_task(client("datasync"))


def test_what_is_in_use_stays(lab: Sandbox) -> None:
    fill(lab, a=1000)
    datasync = client("datasync")
    task = make_task(datasync)
    with pytest.raises(ClientError, match="is in use"):
        datasync.delete_location(
            LocationArn=datasync.describe_task(TaskArn=task)["SourceLocationArn"]
        )
    start(datasync, task)
    with pytest.raises(ClientError, match="in progress"):
        datasync.delete_task(TaskArn=task)


def test_a_further_run_queues_and_can_be_cancelled_there(lab: Sandbox) -> None:
    fill(lab, a=1000)
    datasync = client("datasync")
    task = make_task(datasync)
    _, first = start(datasync, task)
    second_arn, second = start(datasync, task)
    third_arn, third = start(datasync, task)
    assert [first()["Status"], second()["Status"]] == ["LAUNCHING", "QUEUED"]
    datasync.cancel_task_execution(TaskExecutionArn=second_arn)
    assert second()["Status"] == "ERROR"
    lab.turn(60)
    assert [first()["Status"], third()["Status"]] == ["SUCCESS", "SUCCESS"]
    assert datasync.describe_task(TaskArn=task)["CurrentTaskExecutionArn"] == third_arn
    listed = datasync.list_task_executions()["TaskExecutions"]
    assert [run["Status"] for run in listed] == ["SUCCESS", "ERROR", "SUCCESS"]
