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
    DISCOVER = ("discover",)
    """Reads what a mover needs around it: buckets, networks and keys, but no content of files."""

    @property
    def reads(self) -> bool:
        """Whether a call has no effect, so that it can be repeated."""
        return self in (Access.READ, Access.INSPECT, Access.DISCOVER)


def roles_path(org: str) -> str:
    """The IAM path of all roles that the server creates for an organisation's movers."""
    return f"/spinup/{org}/"


def session_policies(
    access: Access, partition: str, org: str, boundary: str | None = None
) -> dict[str, Any]:
    """The parameters of AssumeRole that narrow the role's own rights for ``access``.

    ``boundary``: the policy that every role has to have as its permissions boundary.
    """
    managed = [name for name in access.value if name not in _INLINE]
    narrowed: dict[str, Any] = {}
    if managed:
        arns = [f"arn:{partition}:iam::aws:policy/{name}" for name in managed]
        narrowed["PolicyArns"] = [{"arn": arn} for arn in arns]
    inline = {
        Access.MANAGE: _roles_of(partition, org, boundary),
        Access.INSPECT: _bucket_tags(partition),
        Access.DISCOVER: _surroundings(),
    }.get(access)
    if inline is not None:
        narrowed["Policy"] = json.dumps(inline, separators=(",", ":"))
    return narrowed


_INLINE: Final = ("iam", "s3", "discover")
"""Policies that are described here; the others are managed by AWS."""
DISCOVERED: Final = (
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "elasticfilesystem:DescribeFileSystems",
    "elasticfilesystem:DescribeMountTargetSecurityGroups",
    "elasticfilesystem:DescribeMountTargets",
    "fsx:DescribeFileSystems",
    "fsx:DescribeStorageVirtualMachines",
    "kms:DescribeKey",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "s3:GetAccessPoint",
    "s3:GetAccessPointPolicy",
    "s3:GetBucketPolicy",
    "s3:GetBucketVersioning",
    "s3:GetEncryptionConfiguration",
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
    "secretsmanager:ListSecrets",
)
"""All that the preflight and the choosers call beside DataSync. They do without what the role
lacks."""


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


def _surroundings() -> dict[str, Any]:
    """No action of these changes anything, and most cannot be limited to single resources."""
    allowed = {"Effect": "Allow", "Action": list(DISCOVERED), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [allowed]}
