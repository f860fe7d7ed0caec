"""What forms offer, listed from the services of AWS and kept for a minute."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest

from graph.aws.choices import LISTED, list_choices
from graph.aws.client.access import DISCOVERED
from graph.aws.client.gateway import Gateway
from graph.model.choice import ChoiceKind, Choices
from graph.model.errors import AccessDenied
from graph.sandbox import Fault, Sandbox
from tests.world import LAB

EC2 = (ChoiceKind.SUBNETS, ChoiceKind.SECURITY_GROUPS)


def client(service: str) -> Any:
    """Of an administrator of the account."""
    given = boto3.client("sts", region_name="us-east-1").assume_role(
        RoleArn=f"arn:aws:iam::{LAB}:role/management", RoleSessionName="admin", ExternalId="x-1"
    )["Credentials"]
    return boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def furnish() -> None:
    """One resource of each kind; EC2 makes subnets and a security group by itself."""
    tags = [{"Key": "Name", "Value": "share"}]
    client("efs").create_file_system(CreationToken="t", Tags=tags)
    subnet = client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    client("fsx").create_file_system(
        FileSystemType="WINDOWS", StorageCapacity=32, SubnetIds=[subnet], Tags=tags
    )
    ontap = client("fsx").create_file_system(
        FileSystemType="ONTAP", StorageCapacity=1024, SubnetIds=[subnet]
    )
    client("fsx").create_storage_virtual_machine(
        FileSystemId=ontap["FileSystem"]["FileSystemId"], Name="labs"
    )
    client("logs").create_log_group(logGroupName="/aws/datasync")
    secrets = client("secretsmanager")
    for name, key, value in (("nas", "use", "datasync"), ("db", "use", "database"), ("n", "u", "")):
        secrets.create_secret(Name=name, Tags=[{"Key": key, "Value": value}])


async def test_every_kind_is_listed_with_what_tells_its_items_apart(
    aws: Sandbox, gateway: Gateway
) -> None:
    furnish()
    aws.bucket(LAB, "lab-b")
    aws.bucket(LAB, "lab-a")
    account = gateway.bind(LAB)
    tag = {ChoiceKind.SECRETS: ("use", "datasync")}
    found = {kind: (await list_choices(account, kind, tag.get(kind))).found for kind in LISTED}
    assert all(found.values())
    assert [each.name for each in found[ChoiceKind.BUCKETS]] == ["lab-a", "lab-b"]
    services = {kind: each[0].arn.split(":")[2] for kind, each in found.items()}
    assert list(services.values()) == [
        *("s3", "elasticfilesystem", "fsx", "fsx", "ec2", "ec2", "logs", "secretsmanager")
    ]
    assert all(each.arn.split(":")[4] == LAB for each in found[ChoiceKind.SUBNETS])
    assert found[ChoiceKind.EFS_FILE_SYSTEMS][0].name == "share"
    systems = {each.detail: each for each in found[ChoiceKind.FSX_FILE_SYSTEMS]}
    assert list(systems) == ["ONTAP", "WINDOWS"]
    (machine,) = found[ChoiceKind.FSX_STORAGE_VIRTUAL_MACHINES]
    assert (machine.name, machine.detail) == ("labs", systems["ONTAP"].arn.rpartition("/")[2])
    assert found[ChoiceKind.LOG_GROUPS][0].arn.endswith(":log-group:/aws/datasync")
    assert [each.name for each in found[ChoiceKind.SECRETS]] == ["nas"]
    subnet, group = (found[kind][0] for kind in EC2)
    assert subnet.vpc_id == group.vpc_id is not None
    assert (subnet.availability_zone or "").startswith("us-east-1")
    any_value = await list_choices(account, ChoiceKind.SECRETS, ("use", None))
    assert [each.name for each in any_value.found] == ["db", "nas"]


async def test_a_list_is_read_once_a_minute_and_a_refusal_is_not_kept(
    aws: Sandbox, gateway: Gateway
) -> None:
    aws.bucket(LAB, "lab-b")
    account = gateway.bind(LAB)
    aws.interceptor.add(Fault("s3.GET", "denied"))
    with pytest.raises(AccessDenied):
        await list_choices(account, ChoiceKind.BUCKETS)
    for _ in range(3):
        found = await list_choices(account, ChoiceKind.BUCKETS)
    assert [each.name for each in found.found] == ["lab-b"]
    assert aws.interceptor.counts()["s3.GET"] == 2


async def test_of_very_many_only_the_first_are_read(
    aws: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(3):
        client("secretsmanager").create_secret(Name=f"s-{index}", Tags=[{"Key": "k", "Value": "v"}])
    few = replace(LISTED[ChoiceKind.SECRETS], pages=2, params={"MaxResults": 1})
    monkeypatch.setitem(LISTED, ChoiceKind.SECRETS, few)
    found = await list_choices(gateway.bind(LAB), ChoiceKind.SECRETS, ("k", "v"))
    assert found == Choices(found.found, complete=False)
    assert len(found.found) == 2


def test_every_list_needs_a_permission_that_the_session_has() -> None:
    assert {listed.action for listed in LISTED.values()} <= set(DISCOVERED)
    assert LISTED.keys() == set(ChoiceKind)
