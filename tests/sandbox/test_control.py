"""The sandbox's own control surface over HTTP."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Call, Sandbox
from tests.sandbox.lab import LAB, client, control, make_location, make_task


def test_calls_are_counted_by_service_and_operation(lab: Sandbox) -> None:
    datasync = client("datasync")
    datasync.list_tasks()
    datasync.list_tasks()
    assert lab.interceptor.counts() == {"sts.AssumeRole": 1, "datasync.ListTasks": 2}
    assert lab.interceptor.calls()[-1] == Call("datasync", "ListTasks", LAB)
    assert control(lab, "GET", "calls")["datasync.ListTasks"] == 2
    control(lab, "DELETE", "calls")
    assert not lab.interceptor.counts()


def test_the_state_tells_what_is_left(lab: Sandbox) -> None:
    arn = make_location(client("datasync"), "from")
    assert control(lab, "GET", "state")[LAB]["locations"] == [arn]


def test_nonsense_to_the_control_surface_is_refused(lab: Sandbox) -> None:
    with pytest.raises(OSError, match="400"):
        control(lab, "POST", "pace", {"nonsense": 1})
    with pytest.raises(OSError, match="404"):
        control(lab, "GET", "nonsense")
    with pytest.raises(OSError, match="400"):
        control(lab, "POST", "faults", {"operation": "*", "kind": "nonsense"})


def test_the_calls_are_told_in_order_without_those_to_the_control_surface(lab: Sandbox) -> None:
    datasync = client("datasync")
    make_location(datasync, "from")
    datasync.list_locations()
    assert control(lab, "GET", "calls?list=1") == [
        ["sts", "AssumeRole", LAB],
        ["datasync", "CreateLocationS3", LAB],
        ["datasync", "ListLocations", LAB],
    ]


def test_a_session_is_revoked_and_a_task_broken_over_http(lab: Sandbox) -> None:
    datasync = client("datasync")
    task = make_task(datasync)
    control(lab, "POST", "tasks", {"arn": task, "code": "EniNotFound"})
    assert datasync.describe_task(TaskArn=task)["Status"] == "UNAVAILABLE"
    control(lab, "POST", "tasks", {"arn": task, "code": None})
    started = datasync.start_task_execution(TaskArn=task)["TaskExecutionArn"]
    control(lab, "POST", "settle", {"seconds": 1000})
    run = datasync.describe_task_execution(TaskExecutionArn=started)
    assert run["Status"] == "SUCCESS"
    control(lab, "DELETE", "sessions")
    with pytest.raises(ClientError, match="expired"):
        datasync.list_tasks()
    with pytest.raises(OSError, match="400"):
        control(lab, "POST", "tasks", {"arn": task[:-1] + "g", "code": None})
