"""Amazon EFS: a file system, mounted from one subnet of its network."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.locations.arns import check_arn, check_subdirectory
from graph.locations.checks import check_role, check_security_groups, check_word
from graph.locations.kind import Creation, Home, LocationKind, Path, arns_at, given, named
from graph.model import names
from graph.model.errors import Invalid, InvalidReason
from graph.model.location import Location
from graph.model.location_specs import EfsSpec
from graph.model.resources import Resource

_FILE_SYSTEM: Final = r"file-system/fs-[0-9a-f]{8,40}"
_SUBNET: Final = r"subnet/subnet-[0-9a-f]+"
_ACCESS_POINT: Final = r"access-point/fsap-[0-9a-f]{8,40}"
_URI: Final = re.compile(r"(?:(?P<region>[a-z0-9-]+)\.)?(?P<id>fs-[0-9a-f]+)(/.*)?")


def _check(spec: EfsSpec, home: Home, path: Path) -> None:
    file_system = (*path, "filesystemArn")
    check_arn(spec.filesystem_arn, "elasticfilesystem", _FILE_SYSTEM, home, file_system)
    check_arn(spec.subnet_arn, "ec2", _SUBNET, home, (*path, "subnetArn"), shared=True)
    check_security_groups(spec.security_group_arns, home, path)
    check_subdirectory(spec.subdirectory, (*path, "subdirectory"))
    _check_access(spec, home, path)


def _check_access(spec: EfsSpec, home: Home, path: Path) -> None:
    """An access point or a role needs encryption in transit."""
    encryption = (*path, "inTransitEncryption")
    check_word(spec.in_transit_encryption, ("NONE", "TLS1_2"), encryption)
    if spec.access_point_arn is not None:
        where = (*path, "accessPointArn")
        check_arn(spec.access_point_arn, "elasticfilesystem", _ACCESS_POINT, home, where)
    if spec.file_system_access_role_arn is not None:
        check_role(spec.file_system_access_role_arn, home, (*path, "fileSystemAccessRoleArn"))
    if spec.in_transit_encryption == "TLS1_2":
        return
    if spec.access_point_arn is not None or spec.file_system_access_role_arn is not None:
        raise Invalid(
            "An access point or an access role requires encryption in transit: set "
            "'inTransitEncryption' to TLS1_2.",
            path=encryption,
            reason=InvalidReason.MISSING,
        )


def _params(spec: EfsSpec, _role_arn: str | None) -> dict[str, Any]:
    return given(
        EfsFilesystemArn=spec.filesystem_arn,
        Ec2Config={
            "SubnetArn": spec.subnet_arn,
            "SecurityGroupArns": list(spec.security_group_arns),
        },
        AccessPointArn=spec.access_point_arn,
        FileSystemAccessRoleArn=spec.file_system_access_role_arn,
        InTransitEncryption=spec.in_transit_encryption,
    )


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
        *arns_at(location.described, "Ec2Config"),
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
