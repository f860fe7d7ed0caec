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
    assert await networks.lifecycle_of_fsx(account, "fs-00000000000000000") is None
    (subnet, *_) = client("ec2").describe_subnets()["Subnets"]
    found = await networks.subnet_of(account, subnet["SubnetId"])
    assert found == networks.Subnet(subnet["AvailabilityZone"], subnet["CidrBlock"])
    assert aws.interceptor.counts()["elasticfilesystem.GET"] == 1
