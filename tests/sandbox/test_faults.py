"""Bad days by order, and the counts of calls."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from graph.sandbox import Call, Fault, Sandbox
from tests.sandbox.lab import LAB, OTHER, client, make_location, make_task


def control(lab: Sandbox, method: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{lab.endpoint}/_sandbox/{path}", data, method=method)  # noqa: S310 - loopback
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def test_calls_are_counted_by_service_and_operation(lab: Sandbox) -> None:
    datasync = client("datasync")
    datasync.list_tasks()
    datasync.list_tasks()
    assert lab.border.counts() == {"sts.AssumeRole": 1, "datasync.ListTasks": 2}
    assert lab.border.calls()[-1] == Call("datasync", "ListTasks", LAB)
    assert control(lab, "GET", "calls")["datasync.ListTasks"] == 2
    control(lab, "DELETE", "calls")
    assert not lab.border.counts()


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [("datasync", "list_tasks", "ThrottlingException"), ("iam", "list_roles", "Throttling")],
)
def test_a_throttled_call_is_worded_as_the_service_does(
    lab: Sandbox, service: str, operation: str, code: str
) -> None:
    called = client(service)
    lab.border.add(Fault(f"{service}.*", "throttle"))
    with pytest.raises(ClientError) as caught:
        getattr(called, operation)()
    assert caught.value.response["Error"]["Code"] == code
    assert getattr(called, operation)()


def test_a_fault_skips_and_counts(lab: Sandbox) -> None:
    datasync = client("datasync")
    control(lab, "POST", "faults", {"operation": "ListTasks", "kind": "error", "skip": 1})
    datasync.list_tasks()
    with pytest.raises(ClientError, match="internal error"):
        datasync.list_tasks()
    datasync.list_tasks()


def test_a_lost_answer_has_taken_effect_and_an_unsent_call_has_not(lab: Sandbox) -> None:
    datasync = client("datasync")
    lab.border.add(Fault("CreateLocationS3", "unsent"))
    with pytest.raises(ConnectionClosedError):
        make_location(datasync, "from")
    assert not datasync.list_locations()["Locations"]
    lab.border.add(Fault("CreateLocationS3", "lost"))
    with pytest.raises(ConnectionClosedError):
        make_location(datasync, "from")
    assert len(datasync.list_locations()["Locations"]) == 1


@pytest.mark.parametrize(("kind", "there"), [("gate", 0), ("gate-after", 1)])
def test_a_call_stands_at_the_gate_until_it_is_opened(lab: Sandbox, kind: str, there: int) -> None:
    datasync, other = client("datasync"), client("datasync")
    lab.border.add(Fault("CreateLocationS3", kind))
    caller = threading.Thread(target=make_location, args=(datasync, "from"))
    caller.start()
    assert control(lab, "GET", "gate?s=10") == ["datasync", "CreateLocationS3", LAB]
    assert len(other.list_locations()["Locations"]) == there
    control(lab, "DELETE", "gate")
    caller.join(10)
    assert len(other.list_locations()["Locations"]) == 1


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


def test_a_fault_of_anything_meets_the_nth_call_of_one_account(lab: Sandbox) -> None:
    lab.role(OTHER, "management", external_id="x-1")
    datasync, other = client("datasync"), client("datasync", OTHER)
    fault = {"operation": "*", "kind": "error", "skip": 2, "account": LAB}
    control(lab, "POST", "faults", fault)
    for _ in range(4):
        other.list_tasks()
        control(lab, "GET", "state")
    datasync.list_tasks()
    datasync.list_locations()
    with pytest.raises(ClientError, match="internal error"):
        datasync.list_tasks()
    datasync.list_tasks()


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [("datasync", "list_tasks", "AccessDeniedException"), ("iam", "list_roles", "AccessDenied")],
)
def test_a_denied_call_is_worded_as_the_service_does(
    lab: Sandbox, service: str, operation: str, code: str
) -> None:
    called = client(service)
    lab.border.add(Fault("*", "denied"))
    with pytest.raises(ClientError) as caught:
        getattr(called, operation)()
    assert caught.value.response["Error"]["Code"] == code


def test_a_slow_answer_comes_when_the_faults_are_cleared(lab: Sandbox) -> None:
    datasync = client("datasync")
    lab.border.add(Fault("ListTasks", "slow", seconds=1_000))
    answered = threading.Event()

    def ask() -> None:
        datasync.list_tasks()
        answered.set()

    caller = threading.Thread(target=ask, daemon=True)
    caller.start()
    while "datasync.ListTasks" not in lab.border.counts():
        caller.join(0.01)
    assert not answered.is_set()
    control(lab, "DELETE", "faults")
    assert answered.wait(10)


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
