"""Objects as a run reads and writes them."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, client, fill, make_location, make_task, start


def test_keys_that_are_no_paths_are_not_transferred(lab: Sandbox) -> None:
    odd = ["/a", "a//b", "a/./b", "a/../b", "x/.snapshot", ".zfs/x", ".awssync/1"]
    fill(lab, **dict.fromkeys([*odd, "a/.b/c", "a..b/c", "plain"], 1))
    _, describe = start(client("datasync"), make_task(client("datasync")))
    lab.turn(60)
    assert describe()["Status"] == "SUCCESS"
    assert sorted(lab.objects(LAB, f"to-{LAB}")) == ["a..b/c", "a/.b/c", "plain"]


def test_a_missing_bucket_fails_the_location_and_later_the_run(lab: Sandbox) -> None:
    datasync = client("datasync")
    with pytest.raises(ClientError, match="access test failed: could not perform s3:HeadBucket"):
        datasync.create_location_s3(
            S3BucketArn="arn:aws:s3:::nowhere",
            S3Config={"BucketAccessRoleArn": f"arn:aws:iam::{LAB}:role/none"},
        )
    task = make_task(datasync)
    client("s3").delete_bucket(Bucket=f"to-{LAB}")
    _, describe = start(datasync, task)
    lab.turn(60)
    assert describe()["Result"]["ErrorCode"] == "FsS3HeadBucketFailed"


def test_an_object_that_is_overwritten_before_it_is_copied_is_copied_as_it_is_then(
    lab: Sandbox,
) -> None:
    fill(lab, a=1000, b=3000)
    datasync = client("datasync")
    _, describe = start(datasync, make_task(datasync))
    lab.turn(3.5)  # listed, not yet copied
    fill(lab, b=2000)
    lab.turn(60)
    run = describe()
    assert (run["Status"], run["FilesTransferred"]) == ("SUCCESS", 3)
    assert (run["EstimatedBytesToTransfer"], run["BytesTransferred"]) == (4000, 3000)
    assert lab.objects(LAB, f"to-{LAB}") == lab.objects(LAB, f"from-{LAB}")


def test_an_object_that_is_overwritten_while_it_is_copied_arrives_whole(lab: Sandbox) -> None:
    fill(lab, a=3000)
    datasync = client("datasync")
    options = {"VerifyMode": "ONLY_FILES_TRANSFERRED"}
    _, describe = start(datasync, make_task(datasync, Options=options))
    lab.turn(5.5)
    assert 0 < describe()["BytesTransferred"] < 3000
    lab.put(LAB, f"from-{LAB}", "a", b"y" * 10)
    lab.turn(60)
    assert describe()["Status"] == "SUCCESS"
    assert lab.objects(LAB, f"to-{LAB}") == {"a": b"x" * 3000}


@pytest.mark.parametrize(
    ("storage_class", "least"),
    [
        *((name, 128) for name in ("STANDARD_IA", "ONEZONE_IA", "GLACIER_INSTANT_RETRIEVAL")),
        *((name, 40) for name in ("GLACIER", "DEEP_ARCHIVE")),
        ("INTELLIGENT_TIERING", 0),
    ],
)
def test_small_objects_go_to_the_standard_class(
    lab: Sandbox, storage_class: str, least: int
) -> None:
    lab.set_pace(bandwidth=1e9)
    size = least * 1024
    fill(lab, large=size, **({"small": size - 1} if size else {}))
    datasync = client("datasync")
    ends = (
        make_location(datasync, "from"),
        make_location(datasync, "to", S3StorageClass=storage_class),
    )
    task = datasync.create_task(
        SourceLocationArn=ends[0],
        DestinationLocationArn=ends[1],
        Options={"VerifyMode": "ONLY_FILES_TRANSFERRED"},
    )["TaskArn"]
    start(datasync, task)
    lab.turn(60)
    listed = client("s3").list_objects_v2(Bucket=f"to-{LAB}")["Contents"]
    classes = {item["Key"]: item["StorageClass"] for item in listed}
    in_s3 = {"GLACIER_INSTANT_RETRIEVAL": "GLACIER_IR"}.get(storage_class, storage_class)
    assert classes.pop("large") == in_s3
    assert set(classes.values()) <= {"STANDARD"}
    assert len(classes) == bool(size)
