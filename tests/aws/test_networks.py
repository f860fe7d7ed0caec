"""What lies between DataSync and a file system, as EC2 and EFS describe it."""

from __future__ import annotations

from graph.aws import networks
from graph.aws.client.gateway import Gateway
from graph.sandbox import Sandbox
from tests.aws.test_choices import client
from tests.world import LAB


async def test_what_does_not_exist_is_none_and_no_error(aws: Sandbox, gateway: Gateway) -> None:
    account = gateway.bind(LAB)
    assert await networks.mount_targets(account, "fs-00000000") is None
    assert await networks.subnet_of(account, "subnet-00000000") is None
    assert await networks.security_groups(account, ["sg-00000000"]) is None
    assert await networks.file_system_of_fsx(account, "fs-00000000000000000") is None
    assert await networks.lifecycle_of_virtual_machine(account, f"svm-{'0' * 17}") is None
    (subnet, *_) = client("ec2").describe_subnets()["Subnets"]
    found = await networks.subnet_of(account, subnet["SubnetId"])
    assert found == networks.Subnet(subnet["AvailabilityZone"], subnet["CidrBlock"])
    assert aws.interceptor.counts()["elasticfilesystem.GET"] == 1


async def test_interfaces_of_a_file_system_are_in_its_security_groups(
    aws: Sandbox, gateway: Gateway
) -> None:
    account, ec2 = gateway.bind(LAB), client("ec2")
    (subnet, *_) = ec2.describe_subnets()["Subnets"]
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=subnet["VpcId"])
        for name in ("a", "b")
    ]
    ids = sorted(group["GroupId"] for group in groups)
    made = client("fsx").create_file_system(
        FileSystemType="LUSTRE",
        StorageCapacity=1200,
        SubnetIds=[subnet["SubnetId"]],
        SecurityGroupIds=ids,
    )["FileSystem"]
    found = await networks.file_system_of_fsx(account, made["FileSystemId"])
    assert found is not None
    assert (found.state, len(found.interfaces)) == ("AVAILABLE", 1)
    assert await networks.groups_of_interfaces(account, found.interfaces) == ids
    assert aws.interceptor.counts()["ec2.DescribeNetworkInterfaces"] == 1
