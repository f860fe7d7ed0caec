"""Manifests and reports of the sandbox: what a run moves, and what it writes about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph.sandbox import Sandbox
from tests.operations.by_hand import backend
from tests.world import LAB

BUCKET = f"arn:aws:s3:::books-{LAB}"
ANY = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


@pytest.fixture
def role(aws: Sandbox) -> str:
    aws.bucket(LAB, f"from-{LAB}", {"a": b"1", "b": b"2", "c/d": b"3"})
    aws.bucket(LAB, f"to-{LAB}")
    aws.bucket(LAB, f"books-{LAB}")
    aws.set_pace(launch=0, phase=0, per_object=0, listing=0, verifying=0)
    from moto.iam.models import iam_backends  # noqa: PLC0415 - after it is extended

    arn = aws.role(LAB, "r", service="datasync.amazonaws.com", bucket=f"from-{LAB}")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ANY]})
    iam_backends[LAB]["aws"].put_role_policy("r", "all", policy)
    return arn


def manifest(role: str, **more: str) -> dict[str, Any]:
    s3 = {"S3BucketArn": BUCKET, "ManifestObjectPath": "m.csv", "BucketAccessRoleArn": role}
    return {"Action": "TRANSFER", "Format": "CSV", "Source": {"S3": s3 | more}}


def report(role: str, **more: Any) -> dict[str, Any]:
    s3 = {"S3BucketArn": BUCKET, "Subdirectory": "r/", "BucketAccessRoleArn": role}
    return {"Destination": {"S3": s3}, "OutputType": "STANDARD", **more}


def ran(aws: Sandbox, role: str, mode: str = "BASIC", **settings: Any) -> Any:
    """A run of a new task once it has ended."""
    ends = [
        backend()
        .create_location(
            "S3",
            None,
            {
                "S3BucketArn": f"arn:aws:s3:::{name}-{LAB}",
                "S3Config": {"BucketAccessRoleArn": role},
            },
        )
        .arn
        for name in ("from", "to")
    ]
    task = backend().create_task(
        {"SourceLocationArn": ends[0], "DestinationLocationArn": ends[1], "TaskMode": mode}
        | settings
    )
    run = backend().start_task_execution({"TaskArn": task.arn})
    aws.settle()
    return run.describe()


def write(aws: Sandbox, text: str) -> None:
    aws.put(LAB, f"books-{LAB}", "m.csv", text.encode())


def lists(aws: Sandbox) -> dict[str, Any]:
    """The detailed lists of all reports, by what their names say."""
    found = {}
    for key, body in aws.objects(LAB, f"books-{LAB}").items():
        if key.startswith("r/Detailed-Reports/task-"):
            found[key.rpartition(".files-")[2].partition("-v1-00001-")[0]] = json.loads(body)
    return found


@pytest.mark.parametrize("mode", ["BASIC", "ENHANCED"])
def test_a_run_moves_what_the_manifest_lists_and_nothing_else(
    aws: Sandbox, role: str, mode: str
) -> None:
    write(aws, '"a"\n"c/d",\n')
    level = {"ReportLevel": "SUCCESSES_AND_ERRORS"}
    run = ran(
        aws, role, mode, ManifestConfig=manifest(role), TaskReportConfig=report(role, **level)
    )
    assert (run["Status"], run["ReportResult"]) == ("SUCCESS", {"Status": "SUCCESS"})
    assert set(aws.objects(LAB, f"to-{LAB}")) == {"a", "c/d"}
    items = lists(aws)["transferred"]["Transferred"]
    slash = "/" if mode == "BASIC" else ""
    assert [item["RelativePath"] for item in items] == [f"{slash}a", f"{slash}c/d"]
    assert ("SrcMetadata" in items[0]) is (mode == "BASIC")
    assert lists(aws).keys() == {"transferred", "verified"}


def test_a_version_that_is_listed_is_the_one_that_is_moved(aws: Sandbox, role: str) -> None:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - after it is extended

    s3 = s3_backends[LAB]["aws"]
    s3.put_bucket_versioning(f"from-{LAB}", "Enabled")
    old = s3.put_object(f"from-{LAB}", "a", b"old").version_id
    s3.put_object(f"from-{LAB}", "a", b"newer")
    write(aws, f"a,{old}\n")
    assert ran(aws, role, ManifestConfig=manifest(role))["Status"] == "SUCCESS"
    assert aws.objects(LAB, f"to-{LAB}") == {"a": b"old"}


@pytest.mark.parametrize("text", ["a\na\n", "c/\n", "a,b,c\n", "x" * 1_025, ",v\n"])
def test_a_malformed_manifest_moves_nothing(aws: Sandbox, role: str, text: str) -> None:
    write(aws, text)
    run = ran(aws, role, ManifestConfig=manifest(role), TaskReportConfig=report(role))
    assert (run["Status"], run["ReportResult"]["Status"]) == ("ERROR", "ERROR")
    assert "prior to generating" in run["ReportResult"]["ErrorDetail"]
    assert aws.objects(LAB, f"to-{LAB}") == {}


def test_a_missing_manifest_or_bucket_is_an_error(aws: Sandbox, role: str) -> None:
    assert ran(aws, role, ManifestConfig=manifest(role))["Status"] == "ERROR"
    nowhere = report(role)
    nowhere["Destination"]["S3"]["S3BucketArn"] = "arn:aws:s3:::there-is-none"
    run = ran(aws, role, TaskReportConfig=nowhere)
    assert run["Status"] == "SUCCESS"
    assert run["ReportResult"]["ErrorDetail"].startswith("Failed to upload Task Report(s) to S3")


def test_a_listed_file_that_is_missing_is_reported(aws: Sandbox, role: str) -> None:
    write(aws, "a\ngone\n")
    run = ran(aws, role, ManifestConfig=manifest(role), TaskReportConfig=report(role))
    assert run["Status"] == "ERROR"
    (item,) = lists(aws)["transferred"]["Transferred"]  # errors alone
    assert (item["RelativePath"], item["TransferStatus"]) == ("/gone", "FAILED")
    assert aws.objects(LAB, f"to-{LAB}") == {"a": b"1"}
