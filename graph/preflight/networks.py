"""Checks of the way to a file system of EFS, in at most four calls, and to any other."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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

NFS: Final = 2049
_ANY: Final = "-1"
"""How EC2 writes all protocols."""
_MOUNTS: Final = "elasticfilesystem:DescribeMountTargets"


@dataclass(frozen=True, slots=True)
class Route:
    """From the interfaces of DataSync to those of a file system."""

    group_arns: tuple[str, ...]
    """The security groups of the former."""
    port: int
    target: str
    """How messages name the latter."""
    cidr: str | None = None
    """The addresses of the former; None if they are not known."""


async def examine_efs(probe: Probe, spec: EfsSpec, given: MoverEnd) -> list[PreflightCheck]:
    """Whether the file system can be mounted from the subnet of the location."""
    about = given.about("efs-mount-target", "subnetArn")
    return await guarded(about, partial(_efs, probe, spec, given))


async def _efs(probe: Probe, spec: EfsSpec, given: MoverEnd, about: About) -> list[PreflightCheck]:
    aws = probe.at(names.arn(spec.filesystem_arn).region)
    targets, subnet = await together(
        probe.ask(_MOUNTS, partial(networks.mount_targets, aws, id_in(spec.filesystem_arn))),
        probe.ask("ec2:DescribeSubnets", partial(networks.subnet_of, aws, id_in(spec.subnet_arn))),
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
    route = Route(spec.security_group_arns, NFS, "the mount target", subnet.cidr)
    return await examine_route(probe, aws, route, theirs, about)


async def examine_route(
    probe: Probe,
    aws: AccountGateway,
    route: Route,
    theirs: list[str],
    about: About,
) -> list[PreflightCheck]:
    """Whether the security groups of both ends let DataSync through. One call.

    ``theirs``: the groups of the interfaces of the file system.
    """
    own = [id_in(arn) for arn in route.group_arns]
    read = partial(networks.security_groups, aws, [*own, *theirs])
    groups = await probe.ask("ec2:DescribeSecurityGroups", read)
    if groups is None:
        return [about.failed("One of the security groups does not exist.", "Choose others.")]
    port, target = route.port, route.target
    verdict = admits(groups, own, theirs, route.cidr, port)
    if verdict:
        return [about.passed(f"The security groups let TCP {port} through to {target}.")]
    fix = f"Allow TCP {port} from {own[0]} into a security group of {target}, and out of {own[0]}."
    if verdict is None:
        return [about.unknown("The security groups have rules for prefix lists.", fix)]
    text = f"The security groups do not let TCP {port} through to {target}."
    return [about.failed(text, fix)]


def admits(
    groups: Iterable[SecurityGroup],
    own: list[str],
    theirs: list[str],
    cidr: str | None,
    port: int = NFS,
) -> bool | None:
    """Whether TCP passes from interfaces in ``own`` to those in ``theirs``; None if unsure.

    Groups of each side are added up. ``cidr``: of the subnet that the first ones are in.
    """
    known = {group.id: group for group in groups}
    inbound = [rule for name in theirs if name in known for rule in known[name].inbound]
    outbound = [rule for name in own if name in known for rule in known[name].outbound]
    verdicts = _allows(inbound, own, cidr, port), _allows(outbound, theirs, None, port)
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _allows(
    rules: Iterable[Mapping[str, Any]], groups: list[str], cidr: str | None, port: int
) -> bool | None:
    """``cidr``: the addresses that have to be covered; None for those of any rule."""
    unsure = False
    for rule in rules:
        if not _has_port(rule, port):
            continue
        named = {pair.get("GroupId") for pair in rule.get("UserIdGroupPairs") or ()}
        ranges = [each.get("CidrIp") for each in rule.get("IpRanges") or ()]
        if named & set(groups) or any(_covers(each, cidr) for each in ranges):
            return True
        unsure |= bool(rule.get("PrefixListIds"))
    return None if unsure else False


def _has_port(rule: Mapping[str, Any], port: int) -> bool:
    if rule.get("IpProtocol") == _ANY:
        return True
    ports = rule.get("FromPort", -1), rule.get("ToPort", -1)
    return rule.get("IpProtocol") in {"tcp", "6"} and ports[0] <= port <= ports[1]


def _covers(given: str | None, cidr: str | None) -> bool:
    if given is None:
        return False
    if cidr is None:
        return True
    wide, narrow = (ipaddress.ip_network(each, strict=False) for each in (given, cidr))
    return wide.version == narrow.version and narrow.subnet_of(wide)  # type: ignore[arg-type]


def id_in(arn: str) -> str:
    """The id at the end of an ARN, such as that of a subnet."""
    return names.arn(arn).resource.rpartition("/")[2]
