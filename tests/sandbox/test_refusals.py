"""What DataSync refuses, in the words and with the members that real answers had."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from graph.sandbox import Sandbox
from tests.sandbox.lab import LAB, LOCATIONS, OTHER, client, make_location, start


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


@pytest.mark.parametrize(
    "operation",
    [
        "describe_task",
        "describe_location_s3",
        "delete_location",
        "describe_task_execution",
        "start_task_execution",
    ],
)
def test_an_arn_of_another_account_is_an_invalid_parameter(lab: Sandbox, operation: str) -> None:
    datasync = client("datasync")
    arns = {
        "TaskArn": f"arn:aws:datasync:us-east-1:{OTHER}:task/task-{'0' * 17}",
        "LocationArn": f"arn:aws:datasync:us-east-1:{OTHER}:location/loc-{'0' * 17}",
        "TaskExecutionArn": f"arn:aws:datasync:us-east-1:{OTHER}:task/task-{'0' * 17}"
        f"/execution/exec-{'0' * 17}",
    }
    model = datasync.meta.service_model
    shape = model.operation_model(datasync.meta.method_to_api_mapping[operation]).input_shape
    given = {name: arns[name] for name in shape.required_members}
    with pytest.raises(ClientError, match="must match authenticated user") as caught:
        getattr(datasync, operation)(**given)
    response: Any = caught.value.response
    assert response["errorCode"] == "InvalidParameter"


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


@pytest.mark.parametrize("operation", ["list_agents", "create_agent"])
def test_an_operation_that_is_not_implemented_is_refused_in_words(
    lab: Sandbox, operation: str
) -> None:
    given = {"create_agent": {"ActivationKey": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"}}
    with pytest.raises(ClientError) as caught:
        getattr(client("datasync"), operation)(**given.get(operation, {}))
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"


def test_an_efs_access_point_needs_encryption_in_transit(lab: Sandbox) -> None:
    datasync = client("datasync")
    point = f"arn:aws:elasticfilesystem:us-east-1:{LAB}:access-point/fsap-{'0' * 17}"
    with pytest.raises(ClientError, match="requires InTransitEncryption TLS1_2"):
        datasync.create_location_efs(**LOCATIONS["EFS"], AccessPointArn=point)
    assert datasync.create_location_efs(
        **LOCATIONS["EFS"], AccessPointArn=point, InTransitEncryption="TLS1_2"
    )["LocationArn"]


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archive_is_not_verified_as_a_whole(lab: Sandbox, storage_class: str) -> None:
    datasync = client("datasync")
    ends = {
        "SourceLocationArn": make_location(datasync, "from"),
        "DestinationLocationArn": make_location(datasync, "to", S3StorageClass=storage_class),
    }
    with pytest.raises(ClientError, match="Option: VerifyMode, Value: POINT_IN_TIME_CONSISTENT"):
        datasync.create_task(**ends)
    assert datasync.create_task(**ends, Options={"VerifyMode": "ONLY_FILES_TRANSFERRED"})


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
