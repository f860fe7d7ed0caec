"""The AWS resources behind the two ends of a mover."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.model import names
from graph.model.location import EfsSpec, Location, LocationSpec, S3Spec
from graph.model.operation import NewMover
from graph.model.resources import Resource, s3_prefix

_ACCESS_POINT: Final = re.compile(r"(arn:[^/]+(?:/[^/]+)?[:/]accesspoint[:/][^/]+)(/.*)?")
_BUCKET: Final = re.compile(r"([A-Za-z0-9._-]+)(/.*)?")
_FILE_SYSTEM: Final = re.compile(r"(?:(?P<region>[a-z0-9-]+)\.)?(?P<id>fs-[0-9a-f]+)(/.*)?")


def resources_of(new: NewMover) -> list[Resource]:
    """What the mover to be created would use, each with its place in the input."""
    return [
        *_of_spec(new.source, "source"),
        *_of_spec(new.destination, "destination"),
    ]


def resources_at(location_arn: str, location: Location | None) -> list[Resource]:
    """What an existing location uses.

    A location that is gone, or of a kind whose storage has no ARN, counts by its own ARN: only a
    rule for exactly that location allows it.
    """
    found: list[Resource] = []
    if location is not None and location.kind == "S3":
        found = _at_s3(location)
    elif location is not None and location.kind == "EFS":
        found = _at_efs(location)
    return found or [Resource(location_arn)]


def _of_spec(spec: LocationSpec, side: str) -> list[Resource]:
    if isinstance(spec, S3Spec):
        path = (side, "s3", "bucketArn")
        return [Resource(spec.bucket_arn, s3_prefix(spec.subdirectory), path)]
    return _of_efs(spec, (side, "efs"))


def _of_efs(spec: EfsSpec, path: tuple[str, ...]) -> list[Resource]:
    return [
        Resource(spec.filesystem_arn, path=(*path, "filesystemArn")),
        Resource(spec.subnet_arn, path=(*path, "subnetArn")),
        *(
            Resource(arn, path=(*path, "securityGroupArns", str(index)))
            for index, arn in enumerate(spec.security_group_arns)
        ),
    ]


def _at_s3(location: Location) -> list[Resource]:
    inside = location.uri.partition("://")[2]
    match = _ACCESS_POINT.fullmatch(inside)
    if match is not None:
        return [Resource(match[1], s3_prefix(match[2]))]
    match = _BUCKET.fullmatch(inside)
    if match is None:
        return []
    partition = names.arn(location.arn).partition
    return [Resource(f"arn:{partition}:s3:::{match[1]}", s3_prefix(match[2]))]


def _at_efs(location: Location) -> list[Resource]:
    match = _FILE_SYSTEM.fullmatch(location.uri.partition("://")[2])
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
