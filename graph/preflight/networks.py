"""Checks of the way to a file system. At most four calls for one of EFS, one for one of FSx."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from graph.aws import networks
from graph.aws.client.gateway import AccountGateway
from graph.aws.networks import SecurityGroup, Subnet
from graph.concurrency import together
from graph.model import names
from graph.model.location_specs import EfsSpec
from graph.model.preflight import PreflightCheck
from graph.preflight.probe import Probe, guarded
from graph.preflight.results import About, MoverEnd

_NFS: Final = 2049
_ANY: Final = "-1"
"""How EC2 writes all protocols."""
_MOUNTS: Final = "elasticfilesystem:DescribeMountTargets"
_OF_FSX: Final = {
    "file-system": (
        "file system",
        "fsx:DescribeFileSystems",
        "AVAILABLE",
        networks.lifecycle_of_fsx,
    ),
    "storage-virtual-machine": (
        "storage virtual machine",
        "fsx:DescribeStorageVirtualMachines",
        "CREATED",
        networks.lifecycle_of_virtual_machine,
    ),
}
"""By kind of resource: how messages name it, the permission to describe it, the state in which it
can be used, and what reads the state."""


async def examine_efs(probe: Probe, spec: EfsSpec, given: MoverEnd) -> list[PreflightCheck]:
    """Whether the file system can be mounted from the subnet of the location."""
    about = given.about("efs-mount-target", "subnetArn")
    return await guarded(about, partial(_efs, probe, spec, given))


async def examine_fsx(probe: Probe, arn: str, about: About) -> list[PreflightCheck]:
    """Whether a file system, or a storage virtual machine, exists and can be used."""
    return await guarded(about, partial(_fsx, probe, arn))


async def _efs(probe: Probe, spec: EfsSpec, given: MoverEnd, about: About) -> list[PreflightCheck]:
    aws = probe.at(names.arn(spec.filesystem_arn).region)
    targets, subnet = await together(
        probe.ask(_MOUNTS, partial(networks.mount_targets, aws, _id(spec.filesystem_arn))),
        probe.ask("ec2:DescribeSubnets", partial(networks.subnet_of, aws, _id(spec.subnet_arn))),
    )
    if targets is None:
        missing = given.about("file-system-exists", "filesystemArn")
        return [missing.failed("There is no such file system.", "Choose another file system.")]
    if subnet is None:
        return [about.failed("There is no such subnet.", "Choose another subnet.")]
    zone = subnet.availability_zone
    target = next((each for each in targets if each.availability_zone == zone), None)
    if target is None:
        zones = ", ".join(sorted({each.availability_zone or "?" for each in targets})) or "none"
        message = f"The file system has no mount target in {zone}, the zone of the subnet."
        fix = f"Choose a subnet in a zone that has one ({zones}), or add a mount target there."
        return [about.failed(message, fix)]
    mounted = about.passed(f"The file system has a mount target in {zone}.")
    network = given.about("efs-network", "securityGroupArns")
    examine = partial(_network, probe, aws, spec, target.id, subnet)
    return [mounted, *await guarded(network, examine)]


async def _network(  # noqa: PLR0913, PLR0917 - the two ends of the way
    probe: Probe,
    aws: AccountGateway,
    spec: EfsSpec,
    target_id: str,
    subnet: Subnet,
    about: About,
) -> list[PreflightCheck]:
    action = "elasticfilesystem:DescribeMountTargetSecurityGroups"
    theirs = await probe.ask(action, partial(networks.groups_of_mount_target, aws, target_id))
    own = [_id(arn) for arn in spec.security_group_arns]
    read = partial(networks.security_groups, aws, [*own, *theirs])
    groups = await probe.ask("ec2:DescribeSecurityGroups", read)
    if groups is None:
        return [about.failed("One of the security groups does not exist.", "Choose others.")]
    verdict = admits(groups, own, theirs, subnet.cidr)
    if verdict:
        return [about.passed("The security groups let NFS through to the mount target.")]
    if verdict is None:
        return [about.unknown("The security groups have rules for prefix lists.")]
    message = "The security groups do not let NFS (TCP 2049) through to the mount target."
    fix = (
        f"Allow TCP {_NFS} from {own[0]} into a security group of the mount target, and out of "
        f"{own[0]}."
    )
    return [about.failed(message, fix)]


async def _fsx(probe: Probe, arn: str, about: About) -> list[PreflightCheck]:
    named = names.arn(arn)
    kind, name = named.resource.split("/")[0], _id(arn)
    what, action, ready, read = _OF_FSX[kind]
    state = await probe.ask(action, partial(read, probe.at(named.region), name))
    if state is None:
        return [about.failed(f"There is no such {what}.", f"Choose another {what}.")]
    if state != ready:
        return [about.warned(f"The {what} is {state}.", f"Wait until it is {ready}.")]
    return [about.passed(f"The {what} exists and is {ready}.")]


def admits(
    groups: Iterable[SecurityGroup], own: list[str], theirs: list[str], cidr: str | None
) -> bool | None:
    """Whether NFS passes from interfaces in ``own`` to those in ``theirs``; None if unsure.

    Groups of each side are added up. ``cidr``: of the subnet that the first ones are in.
    """
    known = {group.id: group for group in groups}
    inbound = [rule for name in theirs if name in known for rule in known[name].inbound]
    outbound = [rule for name in own if name in known for rule in known[name].outbound]
    verdicts = _allows(inbound, own, cidr), _allows(outbound, theirs, None)
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _allows(rules: Iterable[Mapping[str, Any]], groups: list[str], cidr: str | None) -> bool | None:
    """``cidr``: the addresses that have to be covered; None for those of any rule."""
    unsure = False
    for rule in rules:
        if not _is_nfs(rule):
            continue
        named = {pair.get("GroupId") for pair in rule.get("UserIdGroupPairs") or ()}
        ranges = [each.get("CidrIp") for each in rule.get("IpRanges") or ()]
        if named & set(groups) or any(_covers(each, cidr) for each in ranges):
            return True
        unsure |= bool(rule.get("PrefixListIds"))
    return None if unsure else False


def _is_nfs(rule: Mapping[str, Any]) -> bool:
    if rule.get("IpProtocol") == _ANY:
        return True
    ports = rule.get("FromPort", -1), rule.get("ToPort", -1)
    return rule.get("IpProtocol") in {"tcp", "6"} and ports[0] <= _NFS <= ports[1]


def _covers(given: str | None, cidr: str | None) -> bool:
    if given is None:
        return False
    if cidr is None:
        return True
    wide, narrow = (ipaddress.ip_network(each, strict=False) for each in (given, cidr))
    return wide.version == narrow.version and narrow.subnet_of(wide)  # type: ignore[arg-type]


def _id(arn: str) -> str:
    """The id at the end of an ARN, such as that of a subnet."""
    return names.arn(arn).resource.rpartition("/")[2]
