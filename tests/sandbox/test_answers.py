"""What the service says of runs: its counters, its missing members, and what it leaves out."""

from __future__ import annotations

import pytest

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, client, fill, make_task, start


@pytest.mark.parametrize(
    ("keys", "mode", "items"),
    [
        (["bar.txt"], "BASIC", 2),
        (["foo/bar.txt"], "BASIC", 3),
        (["a/b/c/1", "a/b/2", "3"], "BASIC", 7),
        (["a/1", "a/2", "b/1"], "BASIC", 6),
        (["a/b/c/1", "a/b/2", "3"], "ENHANCED", 3),
    ],
)
def test_a_basic_run_counts_folders_as_files(
    lab: Sandbox, keys: list[str], mode: str, items: int
) -> None:
    fill(lab, **dict.fromkeys(keys, 10))
    _, describe = start(client("datasync"), make_task(client("datasync"), TaskMode=mode))
    lab.turn(60)
    run = describe()
    counts = ("EstimatedFilesToTransfer", "FilesTransferred", "FilesVerified")
    assert [run[name] for name in counts] == [items] * 3


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


def test_keys_that_are_no_paths_are_not_transferred(lab: Sandbox) -> None:
    odd = ["/a", "a//b", "a/./b", "a/../b", "x/.snapshot", ".zfs/x", ".awssync/1"]
    fill(lab, **dict.fromkeys([*odd, "a/.b/c", "a..b/c", "plain"], 1))
    _, describe = start(client("datasync"), make_task(client("datasync")))
    lab.turn(60)
    assert describe()["Status"] == "SUCCESS"
    assert sorted(lab.objects(LAB, f"to-{LAB}")) == ["a..b/c", "a/.b/c", "plain"]


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
