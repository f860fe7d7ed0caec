"""Amazon S3: a bucket, an access point, or a prefix of one."""

from __future__ import annotations

import re
from typing import Any, Final

from graph.locations.arns import check_subdirectory, same
from graph.locations.checks import check_agents, check_word, refuse
from graph.locations.kind import (
    Creation,
    Home,
    LocationKind,
    Path,
    arns_at,
    arns_in,
    given,
    named,
)
from graph.model import names
from graph.model.errors import Invalid, InvalidReason
from graph.model.location import Location
from graph.model.location_specs import S3Spec
from graph.model.resources import Resource, s3_prefix

STORAGE_CLASSES: Final = (
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_INSTANT_RETRIEVAL",
)
"""As in DataSync's model."""
_LONGEST: Final = 268
"""Characters of a bucket's or access point's ARN, as in DataSync's model."""
_BUCKET: Final = re.compile(r"[a-zA-Z0-9._-]{1,255}")
"""DataSync's own pattern. Buckets made before 2018 may have names that are not allowed today."""
_ACCESS_POINT: Final = re.compile(r"accesspoint[/:][a-zA-Z0-9.-]{1,63}")
_ON_OUTPOSTS: Final = re.compile(r"outpost/[a-zA-Z0-9-]+/accesspoint/[a-zA-Z0-9-]{1,63}")
_URI: Final = re.compile(r"(arn:[^/]+(?:/[^/]+)?[:/]accesspoint[:/][^/]+|[A-Za-z0-9._-]+)(/.*)?")


def is_on_outposts(arn: str) -> bool:
    """Whether it is the ARN of an access point of S3 on Outposts."""
    return names.arn(arn).service == "s3-outposts"


def point_of(arn: str) -> str:
    """The name of an access point."""
    return names.arn(arn).resource.replace(":", "/").rpartition("/")[2]


def _check(spec: S3Spec, home: Home, path: Path) -> None:
    check_bucket(spec.bucket_arn, home, (*path, "bucketArn"))
    check_word(spec.storage_class, STORAGE_CLASSES, (*path, "storageClass"))
    if is_on_outposts(spec.bucket_arn):
        check_agents(spec.agent_arns, home, path)
        check_word(spec.storage_class, ("OUTPOSTS",), (*path, "storageClass"))
    else:
        because = "with a bucket or access point in the Region: only S3 on Outposts needs it"
        refuse(spec, ("agent_arns",), because, path)
        if spec.storage_class == "OUTPOSTS":
            refuse(spec, ("storage_class",), because, path)
    check_subdirectory(spec.subdirectory, (*path, "subdirectory"))


def check_bucket(arn: str, home: Home, path: Path) -> None:
    """Raises Invalid unless it is a bucket or an access point of the partition."""
    named_by = names.arn(arn, path=path)
    same("partition", named_by.partition, home.partition, arn, path)
    if named_by.service not in ("s3", "s3-outposts"):
        raise Invalid(f"'{arn}' is not the ARN of a bucket.", path=path)
    if len(arn) > _LONGEST:
        raise Invalid(
            f"The ARN of a bucket has at most {_LONGEST} characters.",
            path=path,
            reason=InvalidReason.TOO_LONG,
        )
    if named_by.service == "s3-outposts":
        _check_outpost(named_by, arn, home, path)
    elif named_by.account:  # an access point, whose account may be another; buckets have none
        if not _ACCESS_POINT.fullmatch(named_by.resource):
            raise Invalid(f"'{arn}' is not the ARN of an access point.", path=path)
    elif named_by.region or not _BUCKET.fullmatch(named_by.resource):
        raise Invalid(
            f"'{arn}' is not the ARN of a bucket, which is arn:{home.partition}:s3::: and its name "
            "of at most 255 letters, digits, dots, hyphens and underscores.",
            path=path,
        )


def _check_outpost(named_by: names.Arn, arn: str, home: Home, path: Path) -> None:
    if not named_by.account or not _ON_OUTPOSTS.fullmatch(named_by.resource):
        raise Invalid(
            f"'{arn}' is not the ARN of an access point on an Outpost, which ends in "
            "outpost/ID/accesspoint/NAME.",
            path=path,
        )
    same("region", named_by.region, home.region, arn, path)


def _params(spec: S3Spec, role_arn: str | None) -> dict[str, Any]:
    return given(
        S3BucketArn=spec.bucket_arn,
        S3StorageClass=spec.storage_class,
        S3Config={"BucketAccessRoleArn": role_arn},
        AgentArns=list(spec.agent_arns),
    )


def _resources(spec: S3Spec, path: Path) -> list[Resource]:
    bucket, *others = arns_in(spec, path)
    return [Resource(bucket.arn, s3_prefix(spec.subdirectory), bucket.path), *others]


def parts_of_uri(uri: str) -> tuple[str, str]:
    """The bucket or the ARN of the access point, and the path in it, which begins with ``/``.

    The ARN of an access point may contain slashes itself. Of a URI that is neither, the part before
    its first slash.
    """
    rest = uri.partition("://")[2]
    match = _URI.fullmatch(rest)
    bucket = match[1] if match else rest.partition("/")[0]
    return bucket, rest[len(bucket) :] or "/"


def _resources_at(location: Location) -> list[Resource]:
    bucket, path = parts_of_uri(location.uri)
    if not _URI.fullmatch(bucket):
        return []
    if not bucket.startswith("arn:"):
        bucket = f"arn:{names.arn(location.arn).partition}:s3:::{bucket}"
    # The role in S3Config is the server's, for this bucket alone.
    return [Resource(bucket, s3_prefix(path)), *arns_at(location.described, "S3Config")]


KIND: Final = LocationKind(
    name="S3",
    scheme="s3",
    operation="s3",
    members=named(
        "AgentArns CreationTime LocationArn LocationUri S3Config S3StorageClass",
        S3Config=named("BucketAccessRoleArn"),
    ),
    creation=Creation(
        spec=S3Spec,
        check=_check,
        params=_params,
        target=lambda spec: str(spec.bucket_arn),
        resources=_resources,
        needs_role=True,
        rest={
            "bucket_arn": "S3BucketArn",
            "storage_class": "S3StorageClass",
            "subdirectory": "Subdirectory",
        },
        required=1,
    ),
    resources_at=_resources_at,
)
