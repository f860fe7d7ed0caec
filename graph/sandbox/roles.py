"""Roles as in AWS: assumable only by those they trust, and known only after a delay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import moto.iam.urls
import moto.sts.urls
from flask import request
from moto.core.exceptions import ServiceException
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, ManagedPolicy, Role, iam_backends
from moto.sts.models import AssumedRole, STSBackend

from graph.sandbox.clock import CLOCK
from graph.sandbox.failures import RoleUnusable
from graph.sandbox.moto_internals import MotosUrls
from graph.sandbox.pace import PACE
from graph.sandbox.policies import allows, trusts

DATASYNC: Final = "datasync.amazonaws.com"
"""The principal of the service in trust policies."""
_TEMPORARY: Final = "ASIA"
"""The prefix of access keys of sessions."""


class AccessDenied(ServiceException):  # type: ignore[misc]  # moto is not typed
    code = "AccessDenied"


class PropagatingIAMBackend(MotosUrls, IAMBackend):  # type: ignore[misc]  # moto is not typed
    """Remembers when a role changed, because other services learn of it later."""

    urls = moto.iam.urls

    def create_role(
        self,
        role_name: str,
        assume_role_policy_document: str,
        path: str,
        permissions_boundary: str | None,
        *args: Any,
        **kwargs: Any,
    ) -> Role:
        if permissions_boundary and permissions_boundary not in self.managed_policies:
            raise NotFoundException(
                f"Scope ARN: {permissions_boundary} does not exist or is not attachable."
            )
        role = super().create_role(
            role_name, assume_role_policy_document, path, permissions_boundary, *args, **kwargs
        )
        role.changed = CLOCK.now()
        return role

    def get_roles(self) -> list[Role]:
        """A copy: moto iterates over its own dictionary, which other threads change."""
        return list(self.roles.copy().values())

    def put_role_policy(self, role_name: str, *args: Any) -> None:
        super().put_role_policy(role_name, *args)
        self.get_role(role_name).changed = CLOCK.now()


class TrustingSTSBackend(MotosUrls, STSBackend):  # type: ignore[misc]  # moto is not typed
    """Honours trust policies, external ids and tags of sessions.

    Moto assumes any role, even a missing one.
    """

    urls = moto.sts.urls

    def assume_role(self, role_arn: str, external_id: str, **kwargs: Any) -> AssumedRole:
        role = find(role_arn, self.partition)
        context = {"externalid": external_id} | _requested_tags()
        if role is None or not trusts(
            role.assume_role_policy_document, "AWS", self.account_id, **context
        ):
            raise AccessDenied(
                f"User: arn:{self.partition}:iam::{self.account_id}:root is not authorized "
                f"to perform: sts:AssumeRole on resource: {role_arn}"
            )
        return super().assume_role(role_arn=role_arn, external_id=external_id, **kwargs)


def _requested_tags() -> dict[str, str]:
    """The tags that the session is to have, as condition keys. Moto does not pass them on."""
    given, tags, number = request.form, {}, 1
    while key := given.get(f"Tags.member.{number}.Key"):
        tags[f"requesttag/{key.lower()}"] = given.get(f"Tags.member.{number}.Value", "")
        number += 1
    return tags


def ended(access_key: str) -> bool:
    """Whether an access key belongs to a session that has ended or never existed."""
    if not access_key.startswith(_TEMPORARY):
        return False
    return not any(access_key in iam.access_keys for iam in _everywhere())


def end_sessions() -> None:
    """Revokes all sessions."""
    for iam in _everywhere():
        for key in [key for key in list(iam.access_keys) if key.startswith(_TEMPORARY)]:
            iam.access_keys.pop(key, None)


def _everywhere() -> list[IAMBackend]:
    partitions = [list(account.values()) for account in list(iam_backends.values())]
    return [iam for account in partitions for iam in account]


def find(role_arn: str, partition: str) -> Role | None:
    """The role with this ARN, in any account."""
    parts = role_arn.split(":")
    if (
        len(parts) < len(["arn", "aws", "iam", "region", "account", "role"])
        or not parts[4].isdigit()
    ):
        return None
    roles = list(iam_backends[parts[4]][partition].roles.values())
    return next((role for role in roles if role.arn == role_arn), None)


def check_role(role_arn: str, partition: str, location_arn: str) -> None:
    """Raises RoleUnusable if DataSync cannot assume a role for a location, or not yet."""
    role = find(role_arn, partition)
    changed: datetime | None = getattr(role, "changed", None)
    unknown = changed is not None and CLOCK.now() < changed + timedelta(seconds=PACE.propagation)
    if (
        role is None
        or unknown
        or not trusts(
            role.assume_role_policy_document,
            "Service",
            DATASYNC,
            sourceaccount=location_arn.split(":")[4],
            sourcearn=location_arn,
        )
    ):
        raise RoleUnusable(role_arn)


def role_allows(role_arn: str, partition: str, action: str, resource: str) -> bool:
    """Whether the role's inline and managed policies allow an action, and its boundary too."""
    role = find(role_arn, partition)
    if role is None:
        return False
    if role.permissions_boundary_arn:
        iam = iam_backends[role_arn.split(":")[4]][partition]
        boundary = iam.managed_policies.get(role.permissions_boundary_arn)
        if boundary is None or not allows([_document(boundary)], action, resource):
            return False
    documents = list(role.policies.values())
    documents += [_document(policy) for policy in list(role.managed_policies.values())]
    return allows(documents, action, resource)


def _document(policy: ManagedPolicy) -> str:
    """The text of a managed policy's default version."""
    versions = {version.version_id: version.document for version in policy.versions}
    return str(versions[policy.default_version_id])
