"""Rules for the AWS resources that a caller may use as a source or destination."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_PARTS: Final = 6
_LONGEST: Final = 2_048
_FORM: Final = re.compile(r"[!-~]+")
_WITH_COLON: Final = {("secretsmanager", "secret"), ("logs", "log-group")}
"""Services and types of the resources that are written ``TYPE:NAME``."""
_PLAIN_PART: Final = re.compile(r"[a-z0-9*?-]*")
_ALIASES: Final = ("-s3alias", "--ol-s3", "--op-s3", "--xa-s3", ".mrap")
"""The endings of access point aliases, which may be used instead of a bucket's name. S3 reserves
them. In this order: access points, those of Object Lambda, of Outposts, of directory buckets, and
multi-Region access points."""


@dataclass(frozen=True, slots=True)
class Resource:
    """An AWS resource that a mover reads from, writes to or passes through."""

    arn: str
    prefix: str | None = ""
    """For S3, the prefix of the keys that the mover reaches, ending in ``/``; empty for the whole
    bucket. None if it has empty, ``.`` or ``..`` segments, whose meaning is up to the service."""
    path: tuple[str, ...] = ()
    """The path of the input that named it, from its root."""


@dataclass(frozen=True, slots=True)
class ArnPattern:
    """An ARN in which ``*`` stands for any characters and ``?`` for one, within one part.

    The parts are those between colons: no wildcard reaches into the next part. Case counts. The
    pattern of a bucket may continue with a prefix: ``arn:aws:s3:::shared/lab/*`` covers locations
    inside ``lab/``.
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @staticmethod
    def parse(text: str) -> ArnPattern:
        """Raises ValueError with a sentence that completes "the pattern .."."""
        parts = _split(text)
        if len(text) > _LONGEST or not _FORM.fullmatch(text):
            raise ValueError("must be printable ASCII without blanks")
        if len(parts) != _PARTS or parts[0] != "arn":
            raise ValueError("must be arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")
        if not all(_PLAIN_PART.fullmatch(part) for part in parts[1:5]) or not parts[5]:
            raise ValueError("has a part that is not valid in an ARN")
        found = ArnPattern(*parts[1:])
        bucket, slash, prefix = found.resource.partition("/")
        if found.service == "s3" and slash and bucket != "accesspoint":
            if not prefix.endswith("*"):
                raise ValueError("has a prefix, which must end with *")
            if not bucket:
                raise ValueError("has a prefix and no bucket")
        return found

    def matches(self, resource: Resource) -> bool:
        """Whether all of the resource is covered."""
        parts = _split(resource.arn)
        if len(parts) != _PARTS or parts[0] != "arn":
            return False
        own = (self.partition, self.service, self.region, self.account)
        if not all(_matches(glob, part) for glob, part in zip(own, parts[1:5], strict=True)):
            return False
        if parts[2] == "s3" and not parts[4]:
            return self._matches_bucket(parts[5], resource.prefix)
        return _matches(self.resource, parts[5])

    def _matches_bucket(self, bucket: str, prefix: str | None) -> bool:
        wanted, slash, keys = self.resource.partition("/")
        if bucket.lower().endswith(_ALIASES) and not wanted.endswith(_ALIASES):
            return False  # it reaches a bucket whose name is not known here
        if not _matches(wanted, bucket):
            return False
        return not slash or (prefix is not None and _matches(keys, prefix))


@dataclass(frozen=True, slots=True)
class ResourceRule:
    """Allows the resources of a pattern to the movers of a group."""

    pattern: ArnPattern
    account: str | None = None
    """Of the mover, not of the resource. None: any."""
    group: str | None = None
    """None: any."""

    def allows(self, account: str, group: str | None, resource: Resource) -> bool:
        """Whether a mover of this account and group may use the resource."""
        return (
            self.account in (None, account)
            and self.group in (None, group)
            and self.pattern.matches(resource)
            and self._names_owner(account, resource)
        )

    def _names_owner(self, account: str, resource: Resource) -> bool:
        """Whether the pattern has the account of an access point in full if it is another one.

        Every account may have an access point of any name.
        """
        _, _, service, _, owner, _ = resource.arn.split(":", _PARTS - 1)
        return not service.startswith("s3") or owner in ("", account, self.pattern.account)


def prefixes_of(
    rules: Iterable[ResourceRule], account: str, group: str | None, arn: str
) -> tuple[str, ...]:
    """The prefixes of a bucket that rules name literally, and that movers of the group may use."""
    found = set()
    for rule in rules:
        keys = rule.pattern.resource.partition("/")[2]
        prefix = keys.removesuffix("*")
        of_bucket = rule.pattern.service == "s3" and not rule.pattern.account
        literal = of_bucket and prefix.endswith("/") and not {"*", "?"} & set(prefix)
        if literal and rule.allows(account, group, Resource(arn, prefix)):
            found.add(prefix)
    return tuple(sorted(found))


def s3_prefix(subdirectory: str | None) -> str | None:
    """The prefix of the keys below a subdirectory, as in :class:`Resource`."""
    inner = (subdirectory or "").removeprefix("/").removesuffix("/")
    if not inner:
        return "" if subdirectory in (None, "", "/") else None
    return None if {"", ".", ".."} & set(inner.split("/")) else f"{inner}/"


def _split(arn: str) -> list[str]:
    """The parts of an ARN. Only the resources of ``_WITH_COLON`` have a colon."""
    parts = _canonical(arn).split(":")
    if len(parts) == _PARTS + 1 and (parts[2], parts[5]) in _WITH_COLON:
        return [*parts[:5], f"{parts[5]}:{parts[6]}"]
    return parts


def _canonical(arn: str) -> str:
    """Access points are written with a slash or with a colon before their name."""
    return arn.replace(":accesspoint:", ":accesspoint/")


def _matches(pattern: str, text: str) -> bool:
    """Linear in the text for each ``*``: only the last one is ever retried."""
    at = given = 0
    star, resume = -1, 0
    while given < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, given
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[given]):
            at, given = at + 1, given + 1
        elif star >= 0:
            resume += 1
            at, given = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")
