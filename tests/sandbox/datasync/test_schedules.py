"""Schedules run on the sandbox's clock, and are disabled after several equal failures."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from moto.s3.models import s3_backends

from graph.sandbox import Sandbox
from graph.sandbox.clock import CLOCK
from tests.sandbox.lab import LAB, client, fill, make_task

HOUR = 3_600.0
HOURLY = {"ScheduleExpression": "rate(1 hour)"}


def runs(datasync: Any, task: str) -> list[dict[str, Any]]:
    listed = datasync.list_task_executions(TaskArn=task)["TaskExecutions"]
    return [
        datasync.describe_task_execution(TaskExecutionArn=each["TaskExecutionArn"])
        for each in listed
    ]


def empty_bucket() -> None:
    for key in list(s3_backends[LAB]["aws"].get_bucket(f"to-{LAB}").keys):
        s3_backends[LAB]["aws"].delete_object(f"to-{LAB}", key)


def lose_bucket() -> None:
    empty_bucket()
    s3_backends[LAB]["aws"].delete_bucket(f"to-{LAB}")


def details(datasync: Any, task: str) -> dict[str, Any]:
    found: dict[str, Any] = datasync.describe_task(TaskArn=task)["ScheduleDetails"]
    return found


def test_a_rate_starts_the_task_each_time_and_settling_does_not(lab: Sandbox) -> None:
    fill(lab, a=1)
    datasync = client("datasync")
    task = make_task(datasync, Schedule=HOURLY)
    lab.settle()
    assert runs(datasync, task) == []
    lab.turn(3 * HOUR + 60)
    assert [run["Status"] for run in runs(datasync, task)] == ["SUCCESS"] * 3


@pytest.mark.parametrize("expression", ["cron(30 2 * * ? *)", "cron(30 2 * * *)"])
def test_a_cron_expression_starts_it_at_its_times_in_utc(lab: Sandbox, expression: str) -> None:
    datasync = client("datasync")
    task = make_task(datasync, Schedule={"ScheduleExpression": expression})
    lab.turn(24 * HOUR)
    (run,) = runs(datasync, task)
    began = run["StartTime"].astimezone(UTC)
    assert (began.hour, began.minute) == (2, 30)


def test_a_schedule_that_is_paused_removed_or_deleted_starts_nothing(lab: Sandbox) -> None:
    datasync = client("datasync")
    task = make_task(datasync, Schedule=HOURLY)
    datasync.update_task(TaskArn=task, Schedule=HOURLY | {"Status": "DISABLED"})
    lab.turn(2 * HOUR)
    assert runs(datasync, task) == []
    assert details(datasync, task)["DisabledBy"] == "USER"
    assert details(datasync, task)["DisabledReason"] == "Manually disabled by user."
    datasync.update_task(TaskArn=task, Schedule=HOURLY)
    datasync.update_task(TaskArn=task, Schedule={"ScheduleExpression": ""})
    lab.turn(2 * HOUR)
    assert runs(datasync, task) == []
    datasync.update_task(TaskArn=task, Schedule=HOURLY)
    datasync.delete_task(TaskArn=task)
    lab.turn(2 * HOUR)


def test_equal_failures_disable_it_until_it_is_set_again(lab: Sandbox) -> None:
    fill(lab, a=1)
    datasync = client("datasync")
    task = make_task(datasync, Schedule=HOURLY)
    lose_bucket()
    lab.turn(10 * HOUR)
    assert len(runs(datasync, task)) == 3
    found = details(datasync, task)
    assert (found["DisabledBy"], found["StatusUpdateTime"] < CLOCK.now()) == ("SERVICE", True)
    assert found["DisabledReason"].startswith("FsS3HeadBucketFailed: could not perform")
    assert datasync.describe_task(TaskArn=task)["Schedule"]["Status"] == "DISABLED"
    lab.bucket(LAB, f"to-{LAB}")
    datasync.update_task(TaskArn=task, Schedule=HOURLY)
    lab.turn(HOUR + 60)
    assert runs(datasync, task)[-1]["Status"] == "SUCCESS"
    assert "DisabledBy" not in details(datasync, task)


def test_a_success_between_failures_keeps_it(lab: Sandbox) -> None:
    fill(lab, a=1)
    datasync = client("datasync")
    task = make_task(datasync, Schedule=HOURLY)
    for broken in (True, True, False, True, True):
        if broken:
            lose_bucket()
        lab.turn(HOUR)
        if broken:
            lab.turn(60)
            lab.bucket(LAB, f"to-{LAB}")
        else:
            empty_bucket()
    assert "DisabledBy" not in details(datasync, task)


def test_starts_that_are_refused_are_failures(lab: Sandbox) -> None:
    datasync = client("datasync")
    task = make_task(datasync, Schedule=HOURLY)
    lab.break_task(task, "Broken", "for good")
    lab.turn(10 * HOUR)
    assert runs(datasync, task) == []
    assert details(datasync, task)["DisabledReason"].endswith("is unavailable.")
