"""Checks of a new mover's input: rejects at once what AWS would certainly reject later."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from graph.aws.client.gateway import Gateway
from graph.model import names
from graph.model.errors import Invalid
from graph.model.location import MOST_SECURITY_GROUPS, EfsSpec, S3Spec
from graph.model.mover import MOST_TAGS, OWN_TAGS, Tag
from graph.model.operation import NewMover

Path = tuple[str, ...]

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
"""DataSync's words; a test holds them against its model."""
SUBDIRECTORY: Final = 4_096
TAG_KEY, TAG_VALUE = 128, 256
"""Characters. DataSync would take a key of 256, IAM, where the roles are, would not."""

_BUCKET: Final = re.compile(r"[a-zA-Z0-9._-]{1,255}")
"""DataSync's own pattern: buckets from before 2018 may have capitals and underscores."""
_ACCESS_POINT: Final = re.compile(r"accesspoint[/:][a-zA-Z0-9.-]{1,63}")
_SPACES: Final = "".join(
    map(chr, (0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000))
)
"""Unicode's space separators: DataSync allows them in a subdirectory, but no tab or line feed."""
_SUBDIRECTORY: Final = re.compile(rf"[a-zA-Z0-9_+./(){_SPACES}-]*")
_KEY: Final = re.compile(r"[a-zA-Z0-9 +=._:/-]+")
_VALUE: Final = re.compile(r"[a-zA-Z0-9 +=._:@/-]+")
"""What both DataSync and IAM allow. The former takes tabs as well, the latter does not."""
_EFS: Final = (
    ("filesystem_arn", "filesystemArn", "elasticfilesystem", r"file-system/fs-[0-9a-f]+"),
    ("subnet_arn", "subnetArn", "ec2", r"subnet/subnet-[0-9a-f]+"),
)
_GROUP: Final = r"security-group/sg-[0-9a-f]+"


def check(new: NewMover, gateway: Gateway) -> None:
    """Raises Invalid, with the path in the input, for what AWS would refuse later."""
    for side, spec in (("source", new.source), ("destination", new.destination)):
        _CHECKS[type(spec)](spec, side, new.account_id, gateway)
    if not _VALUE.fullmatch(new.group):
        raise Invalid(f"the group '{new.group}' cannot stand in a tag of DataSync", path=("group",))
    roles = isinstance(new.source, S3Spec) or isinstance(new.destination, S3Spec)
    _check_tags(new.tags, str.lower if roles else str)


def _check_s3(spec: S3Spec, side: str, account_id: str, gateway: Gateway) -> None:
    path = (side, "s3", "bucketArn")
    given = names.arn(spec.bucket_arn, path=path)
    _same("partition", given.partition, gateway.partition, spec.bucket_arn, path)
    if given.service != "s3":
        raise Invalid(f"'{spec.bucket_arn}' is not the ARN of a bucket", path=path)
    if given.account:  # access points have an account and a region, buckets have neither
        if not _ACCESS_POINT.fullmatch(given.resource):
            raise Invalid(f"'{spec.bucket_arn}' is not the ARN of an access point", path=path)
        _same("account", given.account, account_id, spec.bucket_arn, path)
        _same("region", given.region, gateway.region, spec.bucket_arn, path)
    elif given.region or not _BUCKET.fullmatch(given.resource):
        raise Invalid(
            f"'{spec.bucket_arn}' is not the ARN of a bucket: arn:{gateway.partition}:s3::: and "
            "its name of 1 to 255 letters, digits, dots, hyphens and underscores",
            path=path,
        )
    if spec.storage_class is not None and spec.storage_class not in STORAGE_CLASSES:
        raise Invalid(
            f"'{spec.storage_class[:40]}' is none of {', '.join(STORAGE_CLASSES)}",
            path=(side, "s3", "storageClass"),
        )
    _check_subdirectory(spec.subdirectory, (side, "s3", "subdirectory"))


def _check_efs(spec: EfsSpec, side: str, account_id: str, gateway: Gateway) -> None:
    groups = (side, "efs", "securityGroupArns")
    if not 1 <= len(spec.security_group_arns) <= MOST_SECURITY_GROUPS:
        raise Invalid(
            f"an EFS location has 1 to {MOST_SECURITY_GROUPS} security groups", path=groups
        )
    wanted: list[tuple[str, str, str, Path]] = [
        (getattr(spec, member), service, form, (side, "efs", name))
        for member, name, service, form in _EFS
    ]
    wanted += [
        (arn, "ec2", _GROUP, (*groups, str(index)))
        for index, arn in enumerate(spec.security_group_arns)
    ]
    for arn, service, form, path in wanted:
        given = names.arn(arn, path=path)
        if given.service != service or not re.fullmatch(form, given.resource):
            kind = form.partition("/")[0]
            raise Invalid(f"'{arn}' is not the ARN of a {kind}, of {service}", path=path)
        _same("partition", given.partition, gateway.partition, arn, path)
        _same("account", given.account, account_id, arn, path)
        _same("region", given.region, gateway.region, arn, path)
    _check_subdirectory(spec.subdirectory, (side, "efs", "subdirectory"))


_CHECKS: Final[Mapping[type, Callable[[Any, str, str, Gateway], None]]] = {
    S3Spec: _check_s3,
    EfsSpec: _check_efs,
}


def _same(what: str, given: str, wanted: str, arn: str, path: Path) -> None:
    if given != wanted:
        raise Invalid(f"'{arn}' is not in {what} {wanted}", path=path)


def _check_subdirectory(given: str | None, path: Path) -> None:
    if given is None:
        return
    if len(given) > SUBDIRECTORY:
        raise Invalid(f"a subdirectory has at most {SUBDIRECTORY} characters", path=path)
    if not _SUBDIRECTORY.fullmatch(given):
        raise Invalid("a subdirectory consists of A-Z a-z 0-9, spaces and _ - + . / ( )", path=path)


def _check_tags(tags: tuple[Tag, ...], told_apart: Callable[[str], str]) -> None:
    """``told_apart`` maps a key to what has to be unique: to IAM, case makes no difference."""
    if len(tags) > MOST_TAGS:
        raise Invalid(
            f"at most {MOST_TAGS} tags are allowed beside the server's own", path=("tags",)
        )
    counted = Counter(told_apart(tag.key) for tag in tags)
    own = {told_apart(key) for key in OWN_TAGS}
    for index, tag in enumerate(tags):
        path = ("tags", str(index))
        if told_apart(tag.key) in own or tag.key.lower().startswith("aws:"):
            raise Invalid(
                f"The tag '{tag.key[:TAG_KEY]}' is reserved. Choose another key.", path=path
            )
        if counted[told_apart(tag.key)] > 1:
            twice = f"the tag '{tag.key[:TAG_KEY]}' is given twice; case makes no difference"
            raise Invalid(twice, path=path)
        if len(tag.key) > TAG_KEY or not _KEY.fullmatch(tag.key):
            raise Invalid(
                f"a tag key has 1 to {TAG_KEY} of A-Z a-z 0-9, space and + = . _ : / -", path=path
            )
        if len(tag.value) > TAG_VALUE or not _VALUE.fullmatch(tag.value):
            raise Invalid(
                f"a tag value has 1 to {TAG_VALUE} of A-Z a-z 0-9, space and + = . _ : @ / -",
                path=path,
            )
