"""The sandbox's DataSync, through the SDK, on a clock that the test turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.s3.models import s3_backends

from graph.sandbox import Pace, Sandbox
from graph.sandbox.datasync.kinds import KINDS

LAB = "222222222222"
OTHER = "333333333333"
AGENT = f"arn:aws:datasync:us-east-1:{LAB}:agent/agent-{'0' * 17}"
FSX = f"arn:aws:fsx:us-east-1:{LAB}:file-system/fs-{'1' * 17}"
GROUP = f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-{'2' * 17}"
SUBNET = f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-{'3' * 17}"

LOCATIONS: dict[str, dict[str, Any]] = {
    "EFS": {
        "EfsFilesystemArn": f"arn:aws:elasticfilesystem:us-east-1:{LAB}:file-system/fs-12345678",
        "Ec2Config": {"SubnetArn": SUBNET, "SecurityGroupArns": [GROUP]},
    },
    "NFS": {
        "Subdirectory": "/export",
        "ServerHostname": "nas.example",
        "OnPremConfig": {"AgentArns": [AGENT]},
    },
    "SMB": {
        "Subdirectory": "/share",
        "ServerHostname": "win.example",
        "User": "u",
        "Password": "hidden",
        "AgentArns": [AGENT],
    },
    "HDFS": {
        "NameNodes": [{"Hostname": "name.example", "Port": 8020}],
        "AuthenticationType": "SIMPLE",
        "SimpleUser": "u",
        "AgentArns": [AGENT],
    },
    "OBJECT_STORAGE": {
        "ServerHostname": "minio.example",
        "BucketName": "store",
        "AgentArns": [AGENT],
    },
    "AZURE_BLOB": {
        "ContainerUrl": "https://a.blob.core.windows.net/box",
        "AuthenticationType": "SAS",
        "SasConfiguration": {"Token": "hidden"},
        "AgentArns": [AGENT],
    },
    "FSX_LUSTRE": {"FsxFilesystemArn": FSX, "SecurityGroupArns": [GROUP]},
    "FSX_WINDOWS": {
        "FsxFilesystemArn": FSX,
        "SecurityGroupArns": [GROUP],
        "User": "u",
        "Password": "hidden",
    },
    "FSX_OPEN_ZFS": {
        "FsxFilesystemArn": FSX,
        "SecurityGroupArns": [GROUP],
        "Protocol": {"NFS": {"MountOptions": {"Version": "NFS3"}}},
    },
    "FSX_ONTAP": {
        "StorageVirtualMachineArn": f"arn:aws:fsx:us-east-1:{LAB}:storage-virtual-machine/"
        f"fs-{'1' * 17}/svm-{'4' * 17}",
        "SecurityGroupArns": [GROUP],
        "Protocol": {"NFS": {"MountOptions": {"Version": "NFS3"}}},
    },
}
"""By kind: what its create call is given. S3 needs buckets and roles, and has tests of its own."""


def client(service: str, account: str = LAB) -> Any:
    """A client with an assumed role's credentials; once tried, so that every fault shows."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 1})
    sts = boto3.client("sts", config=config)
    given = sts.assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/management",
        RoleSessionName="test",
        ExternalId="x-1",
    )["Credentials"]
    return boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=config,
    )


@pytest.fixture
def lab(aws: Sandbox) -> Sandbox:
    """Two buckets with roles, and a pace of round numbers: 1,000 bytes a second."""
    aws.set_pace(**vars(Pace(1000, launch=2, phase=1, per_object=0, listing=0, verifying=0)))
    aws.turn(0)
    aws.role(LAB, "management", external_id="x-1")
    for name in ("from", "to"):
        aws.bucket(LAB, f"{name}-{LAB}")
        aws.role(LAB, f"reads-{name}", service="datasync.amazonaws.com", bucket=f"{name}-{LAB}")
    return aws


def fill(lab: Sandbox, **objects: int) -> None:
    for key, size in objects.items():
        s3_backends[LAB]["aws"].put_object(f"from-{LAB}", key, b"x" * size)


def make_location(datasync: Any, side: str, **more: Any) -> str:
    made = datasync.create_location_s3(
        S3BucketArn=f"arn:aws:s3:::{side}-{LAB}",
        S3Config={"BucketAccessRoleArn": f"arn:aws:iam::{LAB}:role/reads-{side}"},
        **more,
    )
    return str(made["LocationArn"])


def make_task(datasync: Any, **more: Any) -> str:
    source, destination = make_location(datasync, "from"), make_location(datasync, "to")
    made = datasync.create_task(
        SourceLocationArn=source, DestinationLocationArn=destination, Name="one", **more
    )
    return str(made["TaskArn"])


def start(datasync: Any, task_arn: str) -> tuple[str, Callable[[], dict[str, Any]]]:
    arn = datasync.start_task_execution(TaskArn=task_arn)["TaskExecutionArn"]
    return arn, lambda: dict(datasync.describe_task_execution(TaskExecutionArn=arn))


def test_every_kind_of_location_is_created_described_and_listed(lab: Sandbox) -> None:
    datasync = client("datasync")
    made = {"S3": make_location(datasync, "from")}
    for kind, params in LOCATIONS.items():
        create = getattr(datasync, f"create_location_{KINDS[kind].action}")
        made[kind] = create(**params)["LocationArn"]
    assert made.keys() == KINDS.keys()
    listed = {x["LocationArn"]: x["LocationUri"] for x in datasync.list_locations()["Locations"]}
    for kind, arn in made.items():
        described = getattr(datasync, f"describe_location_{KINDS[kind].action}")(LocationArn=arn)
        assert described["LocationUri"] == listed[arn]
        assert listed[arn].startswith(KINDS[kind].scheme + "://")
        assert "hidden" not in str(described)
        assert arn.split(":")[4] == LAB


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
    assert seen() == ("TRANSFERRING", 1500, 1)
    lab.turn(2.6)
    assert seen() == ("VERIFYING", 4000, 2)
    lab.turn(1.0)
    assert seen() == ("SUCCESS", 4000, 2)
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
    assert (describe()["FilesTransferred"], describe()["FilesSkipped"]) == (1, 1)


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


def test_a_further_run_queues_and_can_be_cancelled_there(lab: Sandbox) -> None:
    fill(lab, a=1000)
    datasync = client("datasync")
    task = make_task(datasync)
    _, first = start(datasync, task)
    second_arn, second = start(datasync, task)
    third_arn, third = start(datasync, task)
    assert [first()["Status"], second()["Status"]] == ["LAUNCHING", "QUEUED"]
    datasync.cancel_task_execution(TaskExecutionArn=second_arn)
    assert second()["Status"] == "ERROR"
    lab.turn(60)
    assert [first()["Status"], third()["Status"]] == ["SUCCESS", "SUCCESS"]
    assert datasync.describe_task(TaskArn=task)["CurrentTaskExecutionArn"] == third_arn
    listed = datasync.list_task_executions()["TaskExecutions"]
    assert [run["Status"] for run in listed] == ["SUCCESS", "ERROR", "SUCCESS"]


def test_what_changes_during_a_run_fails_verification(lab: Sandbox) -> None:
    fill(lab, a=1000, b=3000)
    datasync = client("datasync")
    _, describe = start(datasync, make_task(datasync))
    lab.turn(5.5)
    fill(lab, a=7)
    lab.turn(60)
    run = describe()
    assert (run["Status"], run["Result"]["VerifyStatus"]) == ("ERROR", "ERROR")
    assert run["FilesVerified"] == 1


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


def test_a_missing_bucket_fails_the_location_and_later_the_run(lab: Sandbox) -> None:
    datasync = client("datasync")
    with pytest.raises(ClientError, match="access test failed: could not perform s3:HeadBucket"):
        datasync.create_location_s3(
            S3BucketArn="arn:aws:s3:::nowhere", S3Config={"BucketAccessRoleArn": "arn:x"}
        )
    task = make_task(datasync)
    client("s3").delete_bucket(Bucket=f"to-{LAB}")
    _, describe = start(datasync, task)
    lab.turn(60)
    assert describe()["Result"]["ErrorCode"] == "FsS3HeadBucketFailed"


def test_a_new_role_is_unknown_until_it_has_propagated(lab: Sandbox) -> None:
    lab.set_pace(propagation=10)
    iam, datasync = client("iam"), client("datasync")
    trust = (
        '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
        '"Principal":{"Service":"datasync.amazonaws.com"}}]}'
    )
    role = iam.create_role(Path="/spinup/org/g/", RoleName="fresh", AssumeRolePolicyDocument=trust)[
        "Role"
    ]["Arn"]
    params = {
        "S3BucketArn": f"arn:aws:s3:::from-{LAB}",
        "S3Config": {"BucketAccessRoleArn": role},
    }
    lab.turn(11)
    with pytest.raises(ClientError, match="access test failed"):
        datasync.create_location_s3(**params)
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*",'
        f'"Resource":"arn:aws:s3:::from-{LAB}"}}]}}'
    )
    iam.put_role_policy(RoleName="fresh", PolicyName="p", PolicyDocument=policy)
    with pytest.raises(ClientError, match="Unable to assume role"):
        datasync.create_location_s3(**params)
    lab.turn(11)
    assert datasync.create_location_s3(**params)["LocationArn"]


def test_lists_have_pages_and_filters(lab: Sandbox) -> None:
    lab.set_pace(tasks=300)
    datasync = client("datasync")
    first = datasync.describe_task(TaskArn=make_task(datasync))
    for index in range(249):
        datasync.create_task(
            SourceLocationArn=first["SourceLocationArn"],
            DestinationLocationArn=first["DestinationLocationArn"],
            Name=f"t{index}",
        )
    pages = list(datasync.get_paginator("list_tasks").paginate())
    assert [len(page["Tasks"]) for page in pages] == [100, 100, 50]
    assert len({task["TaskArn"] for page in pages for task in page["Tasks"]}) == 250
    rule = {"Name": "LocationId", "Operator": "Equals", "Values": [first["SourceLocationArn"]]}
    assert len(datasync.list_tasks(Filters=[rule], MaxResults=7)["Tasks"]) == 7
    early = {"Name": "CreationTime", "Operator": "LessThan", "Values": ["2020-01-01T00:00:00Z"]}
    assert datasync.list_tasks(Filters=[early])["Tasks"] == []
    named = {"Name": "LocationUri", "Operator": "Contains", "Values": ["from-"]}
    assert len(datasync.list_locations(Filters=[named])["Locations"]) == 1
    with pytest.raises(ClientError, match="NextToken is not valid"):
        datasync.list_tasks(NextToken="zzz")


def test_the_quota_of_tasks_is_an_error(lab: Sandbox) -> None:
    lab.set_pace(tasks=0)
    with pytest.raises(ClientError, match="exceeded the limit of 0 tasks"):
        make_task(client("datasync"))


def test_what_is_in_use_stays(lab: Sandbox) -> None:
    fill(lab, a=1000)
    datasync = client("datasync")
    task = make_task(datasync)
    with pytest.raises(ClientError, match="is in use"):
        datasync.delete_location(
            LocationArn=datasync.describe_task(TaskArn=task)["SourceLocationArn"]
        )
    start(datasync, task)
    with pytest.raises(ClientError, match="in progress"):
        datasync.delete_task(TaskArn=task)


def test_the_tagging_api_lags_and_shows_ghosts(lab: Sandbox) -> None:
    lab.set_pace(tagging_lag=60, ghosts=300)
    datasync, tagging = client("datasync"), client("resourcegroupstaggingapi")
    task = make_task(datasync, Tags=[{"Key": "team", "Value": "blue"}])

    def found() -> list[str]:
        answer = tagging.get_resources(
            ResourceTypeFilters=["datasync:task"],
            TagFilters=[{"Key": "team", "Values": ["blue"]}],
        )
        return [item["ResourceARN"] for item in answer["ResourceTagMappingList"]]

    assert found() == []
    lab.turn(61)
    assert found() == [task]
    datasync.delete_task(TaskArn=task)
    assert found() == [task]
    lab.turn(301)
    assert found() == []


def test_accounts_are_apart_and_a_role_must_trust(lab: Sandbox) -> None:
    lab.role(OTHER, "management", external_id="x-1")
    make_task(client("datasync"))
    assert client("datasync", OTHER).list_tasks()["Tasks"] == []
    lab.role("444444444444", "management", external_id="another")
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        client("datasync", "444444444444")
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        client("datasync", "555555555555")
