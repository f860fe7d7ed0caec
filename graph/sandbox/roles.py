"""Roles as AWS takes them: trusted only by whom they name, and known only after a while."""

from __future__ import annotations

import fnmatch
import json
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, Final

import moto.iam.urls
import moto.sts.urls
from moto.core.exceptions import ServiceException
from moto.iam.models import IAMBackend, Role, iam_backends
from moto.sts.models import AssumedRole, STSBackend

from graph.sandbox.clock import CLOCK
from graph.sandbox.failures import Failure
from graph.sandbox.pace import PACE

_DATASYNC: Final = "datasync.amazonaws.com"
_TEMPORARY: Final = "ASIA"
"""How the keys of sessions begin."""


class AccessDenied(ServiceException):  # type: ignore[misc]  # moto is not typed
    code = "AccessDenied"


class PropagatingIAMBackend(IAMBackend):  # type: ignore[misc]  # moto is not typed
    """Remembers when a role changed: the other services learn of it later."""

    @property
    def _url_module(self) -> ModuleType:
        return moto.iam.urls  # type: ignore[no-any-return]

    def create_role(self, *args: Any, **kwargs: Any) -> Role:
        role = super().create_role(*args, **kwargs)
        role.changed = CLOCK.now()
        return role

    def get_roles(self) -> list[Role]:
        """A copy: moto walks its own dictionary, into which other threads put roles meanwhile."""
        return list(self.roles.copy().values())

    def put_role_policy(self, role_name: str, *args: Any) -> None:
        super().put_role_policy(role_name, *args)
        self.get_role(role_name).changed = CLOCK.now()


class TrustingSTSBackend(STSBackend):  # type: ignore[misc]  # moto is not typed
    """Honours trust policies and external ids; moto hands out any role, even one that is not."""

    @property
    def _url_module(self) -> ModuleType:
        return moto.sts.urls  # type: ignore[no-any-return]

    def assume_role(self, role_arn: str, external_id: str, **kwargs: Any) -> AssumedRole:
        role = find(role_arn, self.partition)
        if role is None or not trusts(role, "AWS", self.account_id, external_id):
            raise AccessDenied(
                f"User: arn:{self.partition}:iam::{self.account_id}:root is not authorized "
                f"to perform: sts:AssumeRole on resource: {role_arn}"
            )
        return super().assume_role(role_arn=role_arn, external_id=external_id, **kwargs)


def ended(access_key: str) -> bool:
    """Whether a key is one of a session that is no more, or never was."""
    if not access_key.startswith(_TEMPORARY):
        return False
    return not any(access_key in iam.access_keys for iam in _everywhere())


def end_sessions() -> None:
    """Forgets all that AssumeRole gave."""
    for iam in _everywhere():
        for key in [key for key in list(iam.access_keys) if key.startswith(_TEMPORARY)]:
            iam.access_keys.pop(key, None)


def _everywhere() -> list[IAMBackend]:
    partitions = [list(account.values()) for account in list(iam_backends.values())]
    return [iam for account in partitions for iam in account]


def find(role_arn: str, partition: str) -> Role | None:
    """The role of that ARN, in whatever account it is."""
    parts = role_arn.split(":")
    if (
        len(parts) < len(["arn", "aws", "iam", "region", "account", "role"])
        or not parts[4].isdigit()
    ):
        return None
    roles = list(iam_backends[parts[4]][partition].roles.values())
    return next((role for role in roles if role.arn == role_arn), None)


def trusts(role: Role, kind: str, who: str, external_id: str | None = None) -> bool:
    """Whether a role may be assumed by an account (AWS) or a service (Service)."""
    for statement in _statements(role.assume_role_policy_document):
        wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
        named = _names(statement, kind, who) and _covers(statement, "Action", "sts:AssumeRole")
        if statement["Effect"] != "Allow" or not named:
            continue
        if wanted is None or external_id in _listed(wanted):
            return True
    return False


def check_role(role_arn: str, partition: str, bucket: str) -> None:
    """DataSync's own test of a bucket's role. Raises Failure with one of its two texts."""
    role = find(role_arn, partition)
    changed: datetime | None = getattr(role, "changed", None)
    unknown = changed is not None and CLOCK.now() < changed + timedelta(seconds=PACE.propagation)
    if role is None or unknown or not trusts(role, "Service", _DATASYNC):
        raise Failure(
            "SyncTaskErrorLocationNotAdded",
            "Unable to assume role. Reason: Access denied when calling sts:AssumeRole",
        )
    if not _allows(role, "s3:ListBucket", f"arn:{partition}:s3:::{bucket}"):
        raise Failure(
            "SrcLocHitAccess",
            f"access test failed: could not perform s3:ListObjectsV2 in bucket {bucket}. "
            "Access denied.",
        )


def _allows(role: Role, action: str, resource: str) -> bool:
    """By its inline and managed policies; conditions and boundaries are not looked at."""
    documents = list(role.policies.values())
    documents += [policy.document for policy in list(role.managed_policies.values())]
    hits = [
        statement["Effect"]
        for document in documents
        for statement in _statements(document)
        if _covers(statement, "Action", action) and _covers(statement, "Resource", resource)
    ]
    return "Allow" in hits and "Deny" not in hits


def _statements(document: str | dict[str, Any]) -> list[dict[str, Any]]:
    parsed = json.loads(document) if isinstance(document, str) else document
    given = parsed.get("Statement", [])
    return [given] if isinstance(given, dict) else list(given)


def _covers(statement: dict[str, Any], member: str, wanted: str) -> bool:
    """Whether one of the patterns is it; actions are compared without regard to case."""
    return any(
        fnmatch.fnmatchcase(wanted.lower(), pattern.lower())
        for pattern in _listed(statement.get(member, []))
    )


def _listed(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given


def _names(statement: dict[str, Any], kind: str, who: str) -> bool:
    principal = statement.get("Principal", {})
    if principal == "*":
        return True
    named = _listed(principal.get(kind, []))
    return any(given in ("*", who) or given.split(":")[4:5] == [who] for given in named)
