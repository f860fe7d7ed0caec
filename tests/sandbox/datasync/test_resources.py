"""Locations, tasks and executions as the service describes them."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, client, fill, make_task, start


def test_a_run_has_no_result_before_its_end(lab: Sandbox) -> None:
    fill(lab, a=2000)
    _, describe = start(client("datasync"), make_task(client("datasync")))
    run = describe()
    assert (run["Status"], run["Includes"], run["Excludes"]) == ("LAUNCHING", [], [])
    assert not {"Result", "LaunchTime", "EndTime"} & run.keys()
    seen = {}
    for _ in range(20):
        lab.turn(0.5)
        seen[describe()["Status"]] = describe()
    moving = [run for status, run in seen.items() if status != "SUCCESS"]
    assert {run["Status"] for run in moving} >= {"PREPARING", "TRANSFERRING", "VERIFYING"}
    assert not any("Result" in run or "EndTime" in run for run in moving)
    assert seen["SUCCESS"]["Result"]["VerifyStatus"] == "SUCCESS"


@pytest.mark.parametrize("kept", [True, False])
def test_a_task_names_its_ended_run_only_where_the_service_keeps_it(
    lab: Sandbox, *, kept: bool
) -> None:
    lab.set_pace(keeps_current_run=kept)
    datasync = client("datasync")
    task = make_task(datasync)
    arn, _ = start(datasync, task)
    assert datasync.describe_task(TaskArn=task)["CurrentTaskExecutionArn"] == arn
    lab.turn(60)
    named = datasync.describe_task(TaskArn=task).get("CurrentTaskExecutionArn")
    assert named == (arn if kept else None)


def test_a_runs_tags_and_filters_are_kept(lab: Sandbox) -> None:
    fill(lab, a=1, b=1)
    datasync = client("datasync")
    rule = [{"FilterType": "SIMPLE_PATTERN", "Value": "/a"}]
    tags = [{"Key": "team", "Value": "blue"}]
    arn = datasync.start_task_execution(TaskArn=make_task(datasync), Includes=rule, Tags=tags)[
        "TaskExecutionArn"
    ]
    lab.turn(60)
    assert datasync.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags
    assert datasync.describe_task_execution(TaskExecutionArn=arn)["Includes"] == rule
    assert list(lab.objects(LAB, f"to-{LAB}")) == ["a"]


def test_an_unavailable_task_does_not_start_until_it_is_well_again(lab: Sandbox) -> None:
    datasync = client("datasync")
    task = make_task(datasync)
    lab.break_task(task, "EniNotFound", "A network interface was deleted.")
    described = datasync.describe_task(TaskArn=task)
    assert (described["Status"], described["ErrorCode"]) == ("UNAVAILABLE", "EniNotFound")
    with pytest.raises(ClientError, match="is unavailable"):
        datasync.start_task_execution(TaskArn=task)
    lab.break_task(task, None)
    assert datasync.start_task_execution(TaskArn=task)["TaskExecutionArn"]
