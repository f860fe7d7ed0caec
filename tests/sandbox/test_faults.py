"""Injected faults, and the counts of calls."""

from __future__ import annotations

import threading

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Fault, Sandbox
from tests.sandbox.lab import LAB, OTHER, client, control, make_location


def test_a_fault_skips_and_counts(lab: Sandbox) -> None:
    datasync = client("datasync")
    control(lab, "POST", "faults", {"operation": "ListTasks", "kind": "error", "skip": 1})
    datasync.list_tasks()
    with pytest.raises(ClientError, match="internal error"):
        datasync.list_tasks()
    datasync.list_tasks()


@pytest.mark.parametrize(("kind", "there"), [("gate", 0), ("gate-after", 1)])
def test_a_call_stands_at_the_gate_until_it_is_opened(lab: Sandbox, kind: str, there: int) -> None:
    datasync, other = client("datasync"), client("datasync")
    lab.interceptor.add(Fault("CreateLocationS3", kind))
    caller = threading.Thread(target=make_location, args=(datasync, "from"))
    caller.start()
    assert control(lab, "GET", "gate?s=10") == ["datasync", "CreateLocationS3", LAB]
    assert len(other.list_locations()["Locations"]) == there
    control(lab, "DELETE", "gate")
    caller.join(10)
    assert len(other.list_locations()["Locations"]) == 1


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


def test_a_slow_answer_comes_when_the_faults_are_cleared(lab: Sandbox) -> None:
    datasync = client("datasync")
    lab.interceptor.add(Fault("ListTasks", "slow", seconds=1_000))
    answered = threading.Event()

    def ask() -> None:
        datasync.list_tasks()
        answered.set()

    caller = threading.Thread(target=ask, daemon=True)
    caller.start()
    while "datasync.ListTasks" not in lab.interceptor.counts():
        caller.join(0.01)
    assert not answered.is_set()
    control(lab, "DELETE", "faults")
    assert answered.wait(10)
