"""Roles as AWS takes them: trusted only by whom they name, and known only after a while."""

from __future__ import annotations

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
    for statement in json.loads(role.assume_role_policy_document)["Statement"]:
        wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
        allowed = wanted is None or external_id in ([wanted] if isinstance(wanted, str) else wanted)
        if statement["Effect"] == "Allow" and allowed and _names(statement, kind, who):
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
    if not any(f":::{bucket}" in policy for policy in role.policies.values()):
        raise Failure(
            "SrcLocHitAccess",
            f"access test failed: could not perform s3:ListObjectsV2 in bucket {bucket}. "
            "Access denied.",
        )


def _names(statement: dict[str, Any], kind: str, who: str) -> bool:
    principal = statement.get("Principal", {})
    if principal == "*":
        return True
    named = principal.get(kind, [])
    named = [named] if isinstance(named, str) else named
    return any(given in ("*", who) or given.split(":")[4:5] == [who] for given in named)
