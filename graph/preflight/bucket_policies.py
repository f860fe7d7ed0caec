"""Policies of buckets: what they deny to DataSync, and what another account's has to allow."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from graph.aws.roles import role_path

_ON_BUCKET: Final = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
_READ: Final = ("s3:GetObject", "s3:GetObjectTagging")
_READ_VERSIONS: Final = ("s3:GetObjectVersion", "s3:GetObjectVersionTagging")
_WRITE: Final = (
    *("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts"),
    *("s3:PutObject", "s3:PutObjectTagging"),
)
_ACCESS_POINT: Final = re.compile(r"accesspoint/[^/]*(/object)?")
_ON_KEY: Final = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*")


class Denial(IntEnum):
    """Whether a policy denies something to the roles of movers."""

    NONE = 0
    POSSIBLE = 1
    """It depends on conditions, or is written in a way that is not evaluated here."""
    CERTAIN = 2


@dataclass(frozen=True, slots=True)
class MoverRoles:
    """The roles that the server creates for the movers of a group."""

    partition: str
    account_id: str
    org: str
    group: str
    management: str
    """The ARN of the role that the server itself assumes."""

    @property
    def pattern(self) -> str:
        """Of their ARNs: each mover has roles of its own, whose names end in a random part."""
        path = role_path(self.org, self.group)
        return f"arn:{self.partition}:iam::{self.account_id}:role{path}*"

    @property
    def _root(self) -> str:
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    def admit(self, bucket: str, *, writes: bool) -> list[dict[str, Any]]:
        """The statements of the policy of a bucket of another account."""
        arn = f"arn:{self.partition}:s3:::{bucket}"
        return self._admit(arn, f"{arn}/*", writes=writes)

    def admit_to_access_point(self, arn: str, *, writes: bool) -> list[dict[str, Any]]:
        """The statements of the policy of an access point of another account."""
        return self._admit(arn, f"{arn}/object/*", writes=writes)

    def _admit(self, arn: str, objects: str, *, writes: bool) -> list[dict[str, Any]]:
        on_objects = (*_READ, *_WRITE) if writes else (*_READ, *_READ_VERSIONS)
        return [
            self._statement("DataSyncBucket", _ON_BUCKET, arn),
            self._statement("DataSyncObjects", on_objects, objects),
            {
                "Sid": "DataSyncManagement",
                "Effect": "Allow",
                "Principal": {"AWS": self.management},
                "Action": "s3:ListBucket",
                "Resource": arn,
            },
        ]

    def use_key(self) -> list[dict[str, Any]]:
        """The statement of the policy of a key with which a bucket encrypts."""
        return [self._statement("DataSyncKey", _ON_KEY, "*")]

    def _statement(self, sid: str, actions: Iterable[str], resource: str) -> dict[str, Any]:
        return {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"AWS": self._root},
            "Action": list(actions),
            "Resource": resource,
            "Condition": {"ArnLike": {"aws:PrincipalArn": self.pattern}},
        }

    def denied_by(self, policy: Mapping[str, Any], *, writes: bool) -> Denial:
        """What the Deny statements of a bucket's policy mean for the roles."""
        wanted = (*_ON_BUCKET, *_READ, *(_WRITE if writes else ()))
        given = policy.get("Statement") or []
        denials = [
            min(self._concerns(each), _covers(each, wanted), _unconditional(each))
            for each in ([given] if isinstance(given, dict) else given)
            if isinstance(each, dict) and each.get("Effect") == "Deny"
        ]
        return max(denials, default=Denial.NONE)

    def _concerns(self, statement: Mapping[str, Any]) -> Denial:
        """Whether the principals of a statement are, or may be, the roles."""
        if "NotPrincipal" in statement:
            return Denial.POSSIBLE
        principal = statement.get("Principal")
        named = _listed(principal.get("AWS") if isinstance(principal, dict) else principal)
        if {"*", self.account_id, self._root} & set(named):
            return Denial.CERTAIN
        path = self.pattern.removesuffix("*")
        return Denial.POSSIBLE if any(name.startswith(path) for name in named) else Denial.NONE


def _covers(statement: Mapping[str, Any], actions: Iterable[str]) -> Denial:
    """Whether a statement is about one of the actions."""
    if "NotAction" in statement:
        return Denial.POSSIBLE
    patterns = [pattern.lower() for pattern in _listed(statement.get("Action"))]
    wanted = [action.lower() for action in actions]
    found = any(fnmatch.fnmatchcase(each, pattern) for each in wanted for pattern in patterns)
    return Denial.CERTAIN if found else Denial.NONE


def _unconditional(statement: Mapping[str, Any]) -> Denial:
    """Certain only for a statement that applies always, and to the whole bucket."""
    condition = statement.get("Condition")
    if condition in _HARMLESS:
        return Denial.NONE
    resources = [
        _ACCESS_POINT.sub("point", each.rpartition(":")[2]).strip("*/")
        for each in _listed(statement.get("Resource"))
    ]
    of_a_part = "NotResource" in statement or any("/" in each for each in resources)
    return Denial.POSSIBLE if condition or of_a_part else Denial.CERTAIN


_HARMLESS: Final = [{"Bool": {"aws:SecureTransport": value}} for value in ("false", False)]
"""Conditions that DataSync never meets: it always encrypts in transit."""


def _listed(given: Any) -> list[str]:  # noqa: ANN401 - of a policy that anybody wrote
    found = given if isinstance(given, list) else [given]
    return [each for each in found if isinstance(each, str)]
