"""What can be known of a mover's input before anything is made."""

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

_BUCKET: Final = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_IPV4: Final = re.compile(r"[0-9]+(\.[0-9]+){3}")
_ACCESS_POINT: Final = re.compile(r"accesspoint[/:][a-zA-Z0-9.-]{1,63}")
_SUBDIRECTORY: Final = re.compile(r"[a-zA-Z0-9_+./()\s-]*", re.ASCII)
_KEY: Final = re.compile(r"[a-zA-Z0-9\s+=._:/-]+", re.ASCII)
_VALUE: Final = re.compile(r"[a-zA-Z0-9\s+=._:@/-]+", re.ASCII)
_EFS: Final = (
    ("filesystem_arn", "filesystemArn", "elasticfilesystem", r"file-system/fs-[0-9a-f]+"),
    ("subnet_arn", "subnetArn", "ec2", r"subnet/subnet-[0-9a-f]+"),
)
_GROUP: Final = r"security-group/sg-[0-9a-f]+"


def check(new: NewMover, gateway: Gateway) -> None:
    """Raises Invalid, with the place in the input, for what AWS would refuse later."""
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
    elif given.region or not _BUCKET.fullmatch(given.resource) or _IPV4.fullmatch(given.resource):
        raise Invalid(
            f"'{spec.bucket_arn}' is not the ARN of a bucket: arn:{gateway.partition}:s3::: and "
            "its name, of 3 to 63 small letters, digits, dots and hyphens",
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
        raise Invalid(f"1 to {MOST_SECURITY_GROUPS} security groups are wanted", path=groups)
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
        raise Invalid("a subdirectory is made of A-Z a-z 0-9 blank _ - + . / ( )", path=path)


def _check_tags(tags: tuple[Tag, ...], told_apart: Callable[[str], str]) -> None:
    """``told_apart`` gives what two keys may not share: IAM's are the same in any case."""
    if len(tags) > MOST_TAGS:
        raise Invalid(f"at most {MOST_TAGS} tags, beside the server's own", path=("tags",))
    counted = Counter(told_apart(tag.key) for tag in tags)
    own = {told_apart(key) for key in OWN_TAGS}
    for index, tag in enumerate(tags):
        path = ("tags", str(index))
        if told_apart(tag.key) in own or tag.key.lower().startswith("aws:"):
            raise Invalid(
                f"The tag '{tag.key[:TAG_KEY]}' is reserved. Choose another key.", path=path
            )
        if counted[told_apart(tag.key)] > 1:
            twice = f"the tag '{tag.key[:TAG_KEY]}' is given twice, upper case or lower"
            raise Invalid(twice, path=path)
        if len(tag.key) > TAG_KEY or not _KEY.fullmatch(tag.key):
            raise Invalid(
                f"a tag's key is 1 to {TAG_KEY} of A-Z a-z 0-9 blank + = . _ : / -", path=path
            )
        if len(tag.value) > TAG_VALUE or not _VALUE.fullmatch(tag.value):
            raise Invalid(
                f"a tag's value is 1 to {TAG_VALUE} of A-Z a-z 0-9 blank + = . _ : @ / -",
                path=path,
            )
