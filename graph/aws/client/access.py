"""The session policies that narrow an assumed role to one kind of access."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, Final

_READ_DATASYNC = "AWSDataSyncReadOnlyAccess"
_ALL_OF_DATASYNC = "AWSDataSyncFullAccess"
_READ_TAGS = "ResourceGroupsandTagEditorReadOnlyAccess"


class Access(Enum):
    """The kinds of access. Each has credentials of its own, so that a read can never write."""

    READ = (_READ_DATASYNC, _READ_TAGS)
    RUN = (_ALL_OF_DATASYNC, _READ_TAGS)
    MANAGE = (_ALL_OF_DATASYNC, _READ_TAGS, "iam")
    INSPECT = (_READ_TAGS, "s3")
    """Reads the tags of buckets, and nothing in them."""

    @property
    def reads(self) -> bool:
        """Whether a call has no effect, so that it can be repeated."""
        return self in (Access.READ, Access.INSPECT)


def roles_path(org: str) -> str:
    """The IAM path of all roles that the server creates for an organisation's movers."""
    return f"/spinup/{org}/"


def session_policies(
    access: Access, partition: str, org: str, boundary: str | None = None
) -> dict[str, Any]:
    """The parameters of AssumeRole that narrow the role's own rights for ``access``.

    ``boundary``: the policy that every role has to have as its permissions boundary.
    """
    managed = [name for name in access.value if name not in ("iam", "s3")]
    narrowed: dict[str, Any] = {
        "PolicyArns": [{"arn": f"arn:{partition}:iam::aws:policy/{name}"} for name in managed]
    }
    if access is Access.MANAGE:
        narrowed["Policy"] = json.dumps(_roles_of(partition, org, boundary), separators=(",", ":"))
    if access is Access.INSPECT:
        narrowed["Policy"] = json.dumps(_bucket_tags(partition), separators=(",", ":"))
    return narrowed


_GRANTING: Final = ("CreateRole", "PutRolePolicy")
_OTHER: Final = (
    *("GetRole", "TagRole", "UntagRole", "ListRoles", "ListRoleTags", "DeleteRole", "PassRole"),
    *("GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy", "ListAttachedRolePolicies"),
    *("DetachRolePolicy", "ListInstanceProfilesForRole"),
)


def _roles_of(partition: str, org: str, boundary: str | None) -> dict[str, Any]:
    """Allows IAM actions only on the roles of this organisation's movers.

    With a boundary, roles without it can be given no permissions.
    """
    resource = f"arn:{partition}:iam::*:role{roles_path(org)}*"
    condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    granting = _allow(_GRANTING, resource) | ({"Condition": condition} if boundary else {})
    return {"Version": "2012-10-17", "Statement": [_allow(_OTHER, resource), granting]}


def _allow(actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"iam:{action}" for action in actions],
        "Resource": resource,
    }


def _bucket_tags(partition: str) -> dict[str, Any]:
    allowed = {
        "Effect": "Allow",
        "Action": "s3:GetBucketTagging",
        "Resource": f"arn:{partition}:s3:::*",
    }
    return {"Version": "2012-10-17", "Statement": [allowed]}
