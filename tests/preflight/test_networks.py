"""The way to a file system of EFS or FSx."""

from __future__ import annotations

from typing import Any

import pytest

from graph.aws.networks import SecurityGroup
from graph.model.advice import RunSide
from graph.model.location_specs import EfsSpec
from graph.model.preflight import PreflightCheck
from graph.preflight.networks import admits, examine_efs
from graph.preflight.probe import Probe
from graph.preflight.results import MoverEnd
from graph.sandbox import Fault, Sandbox
from tests.aws.test_choices import client
from tests.test_call_counts import spent
from tests.world import LAB

SIDE = MoverEnd(RunSide.DESTINATION, ("destination", "efs"))
OPEN = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
NFS = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049}


def group(name: str, *inbound: dict[str, Any], outbound: Any = (OPEN,)) -> SecurityGroup:
    return SecurityGroup(name, inbound, tuple(outbound))


def from_group(name: str, rule: dict[str, Any] = NFS) -> dict[str, Any]:
    return rule | {"UserIdGroupPairs": [{"GroupId": name}]}


@pytest.mark.parametrize(
    ("inbound", "expected"),
    [
        ([], False),
        ([from_group("own")], True),
        ([from_group("other")], False),
        ([from_group("own", NFS | {"FromPort": 22, "ToPort": 22})], False),
        ([from_group("own", {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535})], True),
        ([from_group("own", {"IpProtocol": "udp", "FromPort": 2049, "ToPort": 2049})], False),
        ([NFS | {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}], True),
        ([NFS | {"IpRanges": [{"CidrIp": "10.0.1.0/28"}]}], False),
        ([OPEN], True),
        ([NFS | {"PrefixListIds": [{"PrefixListId": "pl-1"}]}], None),
    ],
)
def test_the_mount_target_has_to_let_nfs_in(inbound: Any, *, expected: bool | None) -> None:
    groups = [group("own"), group("theirs", *inbound)]
    assert admits(groups, ["own"], ["theirs"], "10.0.1.0/24") is expected
    closed = [group("own", outbound=()), group("theirs", *inbound)]
    assert not admits(closed, ["own"], ["theirs"], "10.0.1.0/24")


def furnish() -> tuple[EfsSpec, str]:
    """A file system that is mounted in one zone. Returns a spec, and a subnet of another zone."""
    ec2, efs = client("ec2"), client("efs")
    subnets = ec2.describe_subnets()["Subnets"]
    vpc = subnets[0]["VpcId"]
    ids = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("datasync", "efs")
    ]
    file_system = efs.create_file_system(CreationToken="t")["FileSystemId"]
    efs.create_mount_target(
        FileSystemId=file_system, SubnetId=subnets[0]["SubnetId"], SecurityGroups=[ids[1]]
    )
    own = f"arn:aws:ec2:us-east-1:{LAB}"
    spec = EfsSpec(
        filesystem_arn=f"arn:aws:elasticfilesystem:us-east-1:{LAB}:file-system/{file_system}",
        subnet_arn=f"{own}:subnet/{subnets[0]['SubnetId']}",
        security_group_arns=(f"{own}:security-group/{ids[0]}",),
    )
    return spec, f"{own}:subnet/{subnets[1]['SubnetId']}"


def allow_nfs(spec: EfsSpec) -> None:
    ec2, efs = client("ec2"), client("efs")
    file_system = spec.filesystem_arn.rpartition("/")[2]
    (target,) = efs.describe_mount_targets(FileSystemId=file_system)["MountTargets"]
    given = efs.describe_mount_target_security_groups(MountTargetId=target["MountTargetId"])
    ec2.authorize_security_group_ingress(
        GroupId=given["SecurityGroups"][0],
        IpPermissions=[from_group(spec.security_group_arns[0].rpartition("/")[2])],
    )


def told(checks: list[PreflightCheck]) -> dict[str, str]:
    return {check.id: check.status.value for check in checks}


async def test_a_file_system_has_to_be_mountable_from_the_subnet(
    aws: Sandbox, probe: Probe
) -> None:
    spec, other_zone = furnish()
    assert told(await examine_efs(probe, spec, SIDE)) == {
        "efs-mount-target": "PASS",
        "efs-network": "FAIL",
    }
    allow_nfs(spec)
    aws.interceptor.forget_calls()
    found = await examine_efs(Probe(probe.aws), spec, SIDE)
    assert told(found) == {"efs-mount-target": "PASS", "efs-network": "PASS"}
    assert sum(spent(aws).values()) == 4
    elsewhere = EfsSpec(
        filesystem_arn=spec.filesystem_arn,
        subnet_arn=other_zone,
        security_group_arns=spec.security_group_arns,
    )
    (check,) = await examine_efs(Probe(probe.aws), elsewhere, SIDE)
    assert (check.id, check.status.value) == ("efs-mount-target", "FAIL")
    assert check.path == ("destination", "efs", "subnetArn")
    for wrong in ("filesystem_arn", "subnet_arn", "security_group_arns"):
        given = {name: getattr(spec, name) for name in spec.__slots__}
        old = given[wrong]
        given[wrong] = (f"{old[0][:-4]}0000",) if isinstance(old, tuple) else f"{old[:-4]}0000"
        *_, check = await examine_efs(Probe(probe.aws), EfsSpec(**given), SIDE)
        assert check.status.value == "FAIL", wrong
    aws.interceptor.add(Fault("ec2.DescribeSecurityGroups", "denied"))
    *_, check = await examine_efs(Probe(probe.aws), spec, SIDE)
    assert (check.id, check.status.value) == ("efs-network", "UNKNOWN")
