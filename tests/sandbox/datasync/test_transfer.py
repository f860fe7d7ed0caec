"""The sandbox's runs, on a clock that the test turns."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, client, fill, make_task, start


def test_a_run_goes_through_the_real_states_with_true_counters(lab: Sandbox) -> None:
    fill(lab, a=1000, b=3000)
    datasync = client("datasync")
    task = make_task(datasync)
    _, describe = start(datasync, task)

    def seen() -> tuple[str, int, int]:
        now = describe()
        return now["Status"], now["BytesTransferred"], now["FilesTransferred"]

    assert seen() == ("LAUNCHING", 0, 0)
    assert datasync.describe_task(TaskArn=task)["Status"] == "RUNNING"
    lab.turn(2.5)
    assert seen() == ("PREPARING", 0, 0)
    lab.turn(1.0)
    assert seen() == ("TRANSFERRING", 0, 0)
    lab.turn(1.025)
    assert seen() == ("TRANSFERRING", 500, 0)
    lab.turn(1.0)
    assert seen() == ("TRANSFERRING", 1500, 2)  # the root folder and the first object
    lab.turn(2.6)
    assert seen() == ("VERIFYING", 4000, 3)
    lab.turn(1.0)
    assert seen() == ("SUCCESS", 4000, 3)
    assert describe()["Result"]["TotalDuration"] == 9000
    assert lab.objects(LAB, f"to-{LAB}") == lab.objects(LAB, f"from-{LAB}")
    assert datasync.describe_task(TaskArn=task)["Status"] == "AVAILABLE"


def test_a_second_run_skips_what_is_the_same(lab: Sandbox) -> None:
    fill(lab, a=10, b=20)
    datasync = client("datasync")
    task = make_task(datasync)
    start(datasync, task)
    lab.turn(60)
    fill(lab, b=21)
    _, describe = start(datasync, task)
    lab.turn(60)
    assert describe()["Status"] == "SUCCESS"
    assert (describe()["FilesTransferred"], describe()["FilesSkipped"]) == (1, 2)


def test_a_cancelled_run_ends_as_error_and_leaves_the_destination_incomplete(lab: Sandbox) -> None:
    fill(lab, a=1000, b=3000)
    datasync = client("datasync")
    arn, describe = start(datasync, make_task(datasync))
    lab.turn(5.5)
    datasync.cancel_task_execution(TaskExecutionArn=arn)
    assert describe()["Status"] == "CANCELLING"
    lab.turn(2)
    assert describe()["Status"] == "ERROR"
    assert list(lab.objects(LAB, f"to-{LAB}")) == ["a"]
    with pytest.raises(ClientError, match="not in a state that can be cancelled"):
        datasync.cancel_task_execution(TaskExecutionArn=arn)


def test_what_changes_during_a_run_fails_verification(lab: Sandbox) -> None:
    fill(lab, a=1000, b=3000)
    datasync = client("datasync")
    _, describe = start(datasync, make_task(datasync))
    lab.turn(5.5)
    fill(lab, a=7)
    lab.turn(60)
    run = describe()
    assert (run["Status"], run["Result"]["VerifyStatus"]) == ("ERROR", "ERROR")
    assert run["FilesVerified"] == 2  # the other object, and the root folder


def test_an_enhanced_run_counts_more_and_reports_no_phases(lab: Sandbox) -> None:
    fill(lab, a=10)
    datasync = client("datasync")
    task = make_task(
        datasync, TaskMode="ENHANCED", Excludes=[{"FilterType": "SIMPLE_PATTERN", "Value": "/logs"}]
    )
    fill(lab, **{"logs/x": 5})
    _, describe = start(datasync, task)
    lab.turn(60)
    run = describe()
    assert run["FilesListed"] == {"AtSource": 1, "AtDestinationForDelete": 0}
    assert run["FilesPrepared"] == 1
    assert run["Result"]["TransferDuration"] == 0
    assert list(lab.objects(LAB, f"to-{LAB}")) == ["a"]


def test_the_bandwidth_of_a_live_run_can_be_changed(lab: Sandbox) -> None:
    fill(lab, a=10_000)
    datasync = client("datasync")
    arn, describe = start(datasync, make_task(datasync, Options={"BytesPerSecond": 100}))
    lab.turn(4 + 10)
    assert describe()["BytesTransferred"] == pytest.approx(1000, abs=5)
    datasync.update_task_execution(TaskExecutionArn=arn, Options={"BytesPerSecond": 1000})
    lab.turn(12)
    assert describe()["Status"] == "SUCCESS"


@pytest.mark.parametrize("mode", ["BASIC", "ENHANCED"])
def test_an_object_that_is_deleted_before_it_is_copied_is_left_out_and_told(
    lab: Sandbox, mode: str
) -> None:
    fill(lab, a=1000, b=3000)
    datasync = client("datasync")
    _, describe = start(datasync, make_task(datasync, TaskMode=mode))
    lab.turn(3.5)
    client("s3").delete_object(Bucket=f"from-{LAB}", Key="b")
    lab.turn(60)
    run = describe()
    counted = 1 if mode == "ENHANCED" else 2  # BASIC counts the root folder too
    seen = (run["Status"], run["FilesTransferred"], run["FilesVerified"])
    assert seen == ("ERROR", counted, counted)
    assert "except for files skipped due to errors" in run["Result"]["ErrorDetail"]
    assert run["Result"]["TransferStatus"] == "SUCCESS"
    assert run.get("FilesFailed", {}).get("Transfer") == (1 if mode == "ENHANCED" else None)


def test_what_is_changed_at_the_destination_fails_verification(lab: Sandbox) -> None:
    fill(lab, a=1000)
    datasync = client("datasync")
    options = {"VerifyMode": "ONLY_FILES_TRANSFERRED"}
    _, describe = start(datasync, make_task(datasync, Options=options))
    lab.turn(5.5)
    assert describe()["Status"] == "VERIFYING"
    lab.put(LAB, f"to-{LAB}", "a", b"other")
    lab.turn(60)
    run = describe()
    assert (run["Status"], run["FilesVerified"]) == ("ERROR", 0)
    assert "Verification detected mismatches" in run["Result"]["ErrorDetail"]


def test_extra_objects_are_removed_where_that_is_asked_for(lab: Sandbox) -> None:
    fill(lab, a=10)
    lab.put(LAB, f"to-{LAB}", "old", b"1")
    datasync = client("datasync")
    options = {"PreserveDeletedFiles": "REMOVE"}
    _, describe = start(datasync, make_task(datasync, Options=options))
    lab.turn(60)
    assert (describe()["EstimatedFilesToDelete"], describe()["FilesDeleted"]) == (1, 1)
    assert list(lab.objects(LAB, f"to-{LAB}")) == ["a"]


def test_an_enhanced_run_prepares_and_verifies_while_it_copies(lab: Sandbox) -> None:
    fill(lab, **{f"{index:02}": 1000 for index in range(30)})
    datasync = client("datasync")
    _, describe = start(datasync, make_task(datasync, TaskMode="ENHANCED"))

    def seen() -> tuple[str, int, int, int]:
        now = describe()
        counts = (now["FilesPrepared"], now["FilesTransferred"], now["FilesVerified"])
        return (now["Status"], *counts)

    assert seen() == ("LAUNCHING", 0, 0, 0)
    lab.turn(3.5)
    assert seen() == ("TRANSFERRING", 10, 0, 0)
    lab.turn(1.0 + 4.9)
    assert seen() == ("TRANSFERRING", 22, 5, 5)  # it is at the sixth
    assert describe()["EstimatedBytesToTransfer"] == 22_000
    lab.turn(20)
    assert seen() == ("TRANSFERRING", 30, 25, 25)
    lab.turn(60)
    assert seen() == ("SUCCESS", 30, 30, 30)
    assert lab.objects(LAB, f"to-{LAB}") == lab.objects(LAB, f"from-{LAB}")


def test_what_fails_while_an_enhanced_run_prepares_ends_it(lab: Sandbox) -> None:
    fill(lab, **{f"{index:02}": 1000 for index in range(30)})
    datasync = client("datasync")
    arn, describe = start(datasync, make_task(datasync, TaskMode="ENHANCED"))
    lab.turn(8)
    datasync.cancel_task_execution(TaskExecutionArn=arn)
    lab.turn(60)
    assert describe()["Status"] == "ERROR"
    assert 0 < describe()["FilesTransferred"] < 30
