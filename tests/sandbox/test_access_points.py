"""Access points lead to buckets, for roles that may use them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from graph.sandbox.access_points import find_access_point
from tests.sandbox.lab import LAB, client, control, fill, make_task, start

OTHER = "333333333333"


def role(lab: Sandbox, *resources: str) -> str:
    """A role of DataSync's that may use these resources alone."""
    arn = lab.role(LAB, "for-points", service="datasync.amazonaws.com")
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": list(resources)}],
    }
    client("iam").put_role_policy(
        RoleName="for-points", PolicyName="p", PolicyDocument=json.dumps(policy)
    )
    return arn


def test_a_run_reads_and_writes_through_access_points(lab: Sandbox) -> None:
    fill(lab, **{"in/a": 1, "b": 1})
    read = control(lab, "POST", "points", {"account": LAB, "name": "in", "bucket": f"from-{LAB}"})
    write = lab.access_point(LAB, "out", f"to-{LAB}", "vpc-1")
    given = {"BucketAccessRoleArn": role(lab, read, f"{read}/object/in/*", write, f"{write}/*")}
    datasync = client("datasync")
    ends = [
        datasync.create_location_s3(S3BucketArn=arn, S3Config=given, Subdirectory="/in")
        for arn in (read, write)
    ]
    task = datasync.create_task(
        SourceLocationArn=ends[0]["LocationArn"], DestinationLocationArn=ends[1]["LocationArn"]
    )
    _, describe = start(datasync, task["TaskArn"])
    lab.turn(60)
    assert describe()["Status"] == "SUCCESS"
    assert list(lab.objects(LAB, f"to-{LAB}")) == ["in/a"]


def test_a_role_for_the_bucket_does_not_admit_to_its_access_point(lab: Sandbox) -> None:
    fill(lab, a=1)
    point = lab.access_point(LAB, "in", f"from-{LAB}")
    given = {"BucketAccessRoleArn": role(lab, f"arn:aws:s3:::from-{LAB}*")}
    datasync = client("datasync")
    for arn, said in ((point, "s3:ListObjectsV2"), (f"{point}x", "s3:HeadBucket")):
        with pytest.raises(ClientError, match=said):
            datasync.create_location_s3(S3BucketArn=arn, S3Config=given)
    assert make_task(datasync)


def test_an_access_point_of_another_account_needs_its_policy(lab: Sandbox) -> None:
    lab.bucket(OTHER, "theirs", {"a": b"1"})
    arn = lab.access_point(OTHER, "in", "theirs")
    point = find_access_point(arn)
    assert point is not None
    own = role(lab, arn, f"{arn}/*")
    create = client("datasync").create_location_s3
    with pytest.raises(ClientError, match="s3:ListObjectsV2"):
        create(S3BucketArn=arn, S3Config={"BucketAccessRoleArn": own})
    allowed = {"Effect": "Allow", "Principal": {"AWS": own}, "Action": "s3:*", "Resource": arn}
    point.set_policy(json.dumps({"Statement": [allowed]}))
    assert create(S3BucketArn=arn, S3Config={"BucketAccessRoleArn": own})["LocationArn"]
