"""Amazon EFS: a file system, mounted from one subnet of its network."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.locations.arns import check_arn, check_subdirectory
from graph.locations.kind import Creation, Home, LocationKind, Path, named
from graph.model import names
from graph.model.errors import Invalid
from graph.model.location import MOST_SECURITY_GROUPS, EfsSpec, Location
from graph.model.resources import Resource

_FILE_SYSTEM: Final = r"file-system/fs-[0-9a-f]{8,40}"
_SUBNET: Final = r"subnet/subnet-[0-9a-f]+"
_SECURITY_GROUP: Final = r"security-group/sg-[0-9a-f]+"
_URI: Final = re.compile(r"(?:(?P<region>[a-z0-9-]+)\.)?(?P<id>fs-[0-9a-f]+)(/.*)?")


def _check(spec: EfsSpec, home: Home, path: Path) -> None:
    groups = (*path, "securityGroupArns")
    if not 1 <= len(spec.security_group_arns) <= MOST_SECURITY_GROUPS:
        raise Invalid(
            f"An EFS location requires 1 to {MOST_SECURITY_GROUPS} security groups.", path=groups
        )
    file_system = (*path, "filesystemArn")
    check_arn(spec.filesystem_arn, "elasticfilesystem", _FILE_SYSTEM, home, file_system)
    check_arn(spec.subnet_arn, "ec2", _SUBNET, home, (*path, "subnetArn"), shared=True)
    for index, arn in enumerate(spec.security_group_arns):
        check_arn(arn, "ec2", _SECURITY_GROUP, home, (*groups, str(index)), shared=True)
    check_subdirectory(spec.subdirectory, (*path, "subdirectory"))


def _params(spec: EfsSpec, _role_arn: str | None) -> dict[str, Any]:
    return {
        "EfsFilesystemArn": spec.filesystem_arn,
        "Ec2Config": {
            "SubnetArn": spec.subnet_arn,
            "SecurityGroupArns": list(spec.security_group_arns),
        },
    }


def _resources(spec: EfsSpec, path: Path) -> list[Resource]:
    return [
        Resource(spec.filesystem_arn, path=(*path, "filesystemArn")),
        Resource(spec.subnet_arn, path=(*path, "subnetArn")),
        *(
            Resource(arn, path=(*path, "securityGroupArns", str(index)))
            for index, arn in enumerate(spec.security_group_arns)
        ),
    ]


def _resources_at(location: Location) -> list[Resource]:
    match = _URI.fullmatch(location.uri.partition("://")[2])
    network: dict[str, Any] = location.described.get("Ec2Config") or {}
    if match is None or not network.get("SubnetArn"):
        return []
    own = names.arn(location.arn)
    home = f"{own.partition}:elasticfilesystem:{match['region'] or own.region}:{own.account}"
    return [
        Resource(f"arn:{home}:file-system/{match['id']}"),
        Resource(network["SubnetArn"]),
        *(Resource(arn) for arn in network.get("SecurityGroupArns") or ()),
    ]


KIND: Final = LocationKind(
    name="EFS",
    scheme="efs",
    operation="efs",
    members=named(
        "AccessPointArn CreationTime Ec2Config FileSystemAccessRoleArn InTransitEncryption "
        "LocationArn LocationUri",
        Ec2Config=named("SecurityGroupArns SubnetArn"),
    ),
    creation=Creation(
        spec=EfsSpec,
        check=_check,
        params=_params,
        target=lambda spec: str(spec.filesystem_arn),
        resources=_resources,
        needs_role=False,
        rest={
            "filesystem_arn": "EfsFilesystemArn",
            "subnet_arn": "SubnetArn",
            "security_group_arns": "SecurityGroupArns",
            "subdirectory": "Subdirectory",
        },
        required=3,
    ),
    resources_at=_resources_at,
)
