"""Delays, quotas and inconsistencies: each is simulated from the moment it is set."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Pace, Sandbox
from graph.sandbox.pace import PACE, set_pace
from tests.sandbox.lab import client, fill, make_task, start


@pytest.mark.parametrize("name", ["speed", "", "Bandwidth", "keeps_current_runs"])
def test_a_name_that_is_unknown_is_refused_and_sets_nothing(aws: Sandbox, name: str) -> None:
    before = dict(vars(PACE))
    with pytest.raises(AttributeError):
        set_pace(**{name: 1.0})
    assert vars(PACE) == before


def test_a_reset_restores_every_value(aws: Sandbox) -> None:
    aws.set_pace(**dict.fromkeys(vars(Pace()), 7.0))
    assert set(vars(PACE).values()) == {7.0}
    aws.reset()
    assert vars(PACE) == vars(Pace())


@pytest.mark.parametrize("seconds", [0, 1, 30])
def test_a_new_task_is_creating_for_so_long(lab: Sandbox, seconds: int) -> None:
    lab.set_pace(creating=seconds)
    datasync = client("datasync")
    task = make_task(datasync)

    def status() -> str:
        return str(datasync.describe_task(TaskArn=task)["Status"])

    if seconds:
        assert status() == "CREATING"
        lab.turn(seconds - 0.5)
        assert status() == "CREATING"
        lab.turn(0.5)
    assert status() == "AVAILABLE"


@pytest.mark.parametrize("tasks", [0, 2])
def test_no_more_tasks_are_created_than_the_quota_allows(lab: Sandbox, tasks: int) -> None:
    lab.set_pace(tasks=tasks)
    datasync = client("datasync")
    for _ in range(tasks):
        make_task(datasync)
    with pytest.raises(ClientError):
        make_task(datasync)
    assert len(datasync.list_tasks()["Tasks"]) == tasks


def test_no_more_runs_are_queued_than_the_quota_allows(lab: Sandbox) -> None:
    lab.set_pace(queued_runs=2)
    datasync = client("datasync")
    task = make_task(datasync)
    for _ in range(3):  # one is active
        start(datasync, task)
    with pytest.raises(ClientError):
        start(datasync, task)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_task_names_its_last_run_after_its_end_or_not(lab: Sandbox, keeps: bool) -> None:  # noqa: FBT001
    lab.set_pace(keeps_current_run=keeps)
    datasync = client("datasync")
    task = make_task(datasync)
    run, _ = start(datasync, task)
    lab.turn(60)
    named = datasync.describe_task(TaskArn=task).get("CurrentTaskExecutionArn")
    assert named == (run if keeps else None)


@pytest.mark.parametrize("bandwidth", [100, 1_000])
def test_a_change_of_bandwidth_takes_effect_within_a_run(lab: Sandbox, bandwidth: int) -> None:
    fill(lab, a=100, b=10_000)
    datasync = client("datasync")
    _, describe = start(datasync, make_task(datasync))
    lab.turn(4)
    assert describe()["Status"] == "TRANSFERRING"
    lab.set_pace(bandwidth=bandwidth)
    lab.turn(2)
    before = describe()["BytesTransferred"]
    lab.turn(4)
    moved = describe()["BytesTransferred"] - before
    assert moved == pytest.approx(4 * bandwidth, rel=0.05)  # it is counted in steps
