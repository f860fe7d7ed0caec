"""What DataSync refuses, in the words and with the members that real answers had."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, LOCATIONS, client, make_location, start


def in_region(region: str) -> Any:
    """A client with the credentials of the lab's, for another region."""
    credentials = client("datasync")._request_signer._credentials
    return boto3.client(
        "datasync",
        region_name=region,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
    )


def test_a_role_that_cannot_be_assumed_is_named_without_a_prefix(lab: Sandbox) -> None:
    role = f"arn:aws:iam::{LAB}:role/path/none"
    with pytest.raises(ClientError) as caught:
        client("datasync").create_location_s3(
            S3BucketArn=f"arn:aws:s3:::from-{LAB}", S3Config={"BucketAccessRoleArn": role}
        )
    assert caught.value.response["Error"]["Message"] == (
        "Unable to assume role. Reason: Access denied when calling sts:AssumeRole; "
        f"roleName=none, roleArn={role}"
    )


def test_an_efs_access_point_needs_encryption_in_transit(lab: Sandbox) -> None:
    datasync = client("datasync")
    point = f"arn:aws:elasticfilesystem:us-east-1:{LAB}:access-point/fsap-{'0' * 17}"
    with pytest.raises(ClientError, match="requires InTransitEncryption TLS1_2"):
        datasync.create_location_efs(**LOCATIONS["EFS"], AccessPointArn=point)
    assert datasync.create_location_efs(
        **LOCATIONS["EFS"], AccessPointArn=point, InTransitEncryption="TLS1_2"
    )["LocationArn"]


def test_a_task_may_have_a_location_in_another_region(lab: Sandbox) -> None:
    lab.put(LAB, f"from-{LAB}", "a", b"x")
    here, there = client("datasync"), in_region("us-west-2")
    source = make_location(there, "from")
    assert source.split(":")[3] == "us-west-2"
    task = here.create_task(
        SourceLocationArn=source, DestinationLocationArn=make_location(here, "to")
    )["TaskArn"]
    assert here.describe_task(TaskArn=task)["SourceLocationArn"] == source
    with pytest.raises(ClientError, match="is not found"):
        here.describe_location_s3(LocationArn=source)
    with pytest.raises(ClientError, match="is in use by"):
        there.delete_location(LocationArn=source)
    _, describe = start(here, task)
    lab.turn(60)
    assert describe()["Status"] == "SUCCESS"
    here.delete_task(TaskArn=task)
    there.delete_location(LocationArn=source)
    assert there.list_locations()["Locations"] == []


def test_a_location_of_a_region_that_has_none_is_not_found(lab: Sandbox) -> None:
    datasync = client("datasync")
    gone = f"arn:aws:datasync:eu-west-1:{LAB}:location/loc-{'0' * 17}"
    with pytest.raises(ClientError, match="is not found"):
        datasync.create_task(
            SourceLocationArn=gone, DestinationLocationArn=make_location(datasync, "to")
        )
    assert datasync.list_tasks()["Tasks"] == []
