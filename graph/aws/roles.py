"""The roles that DataSync reaches buckets with."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.model import names
from graph.model.errors import Conflict, NotFound, Upstream
from graph.model.mover import Tag

_POLICY: Final = "DataSyncBucketAccessPolicy"
_ON_BUCKET: Final = ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads")
_ON_OBJECTS: Final = (
    "AbortMultipartUpload",
    "DeleteObject",
    "GetObject",
    "ListMultipartUploadParts",
    "GetObjectTagging",
    "PutObjectTagging",
    "PutObject",
)
_NOT_IN_A_PATH: Final = re.compile(r"[^\x21-\x7e]")


def role_path(org: str, group: str) -> str:
    """Where the roles of a group are; what IAM's paths do not allow becomes a hyphen."""
    return f"/spinup/{org}/{_NOT_IN_A_PATH.sub('-', group)}/"


async def ensure_role(  # noqa: PLR0913, PLR0917 - each is a part of what is made
    gateway: Gateway, account_id: str, name: str, path: str, bucket_arn: str, tags: tuple[Tag, ...]
) -> str:
    """Makes a role for one bucket, or completes one that an earlier try began; gives its ARN.

    Raises Conflict where the name belongs to a role with other tags.
    """
    trust = _document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": _DATASYNC})
    try:
        answer = await _iam(
            gateway,
            account_id,
            "create_role",
            RoleName=name,
            Path=path,
            AssumeRolePolicyDocument=trust,
            Tags=[{"Key": tag.key, "Value": tag.value} for tag in tags],
        )
    except Conflict:
        answer = await _iam(gateway, account_id, "get_role", RoleName=name)
        if not _carries(answer, tags):
            raise Conflict(f"there is a role {name} already, made by somebody else") from None
    try:
        await _iam(
            gateway,
            account_id,
            "put_role_policy",
            RoleName=name,
            PolicyName=_POLICY,
            PolicyDocument=_document(
                _allow(_ON_BUCKET, bucket_arn), _allow(_ON_OBJECTS, f"{bucket_arn}/*")
            ),
        )
    except NotFound:  # IAM itself may take a moment to know a role that it has just made
        raise Upstream(f"the role {name} is not known yet; try again") from None
    return str(answer["Role"]["Arn"])


async def delete_role(
    gateway: Gateway, account_id: str, name: str, marks: tuple[Tag, ...] = ()
) -> None:
    """Deletes a role with its inline policies. One that is gone is no obstacle.

    One that does not carry the marks is left alone.
    """
    try:
        if marks and not _carries(
            await _iam(gateway, account_id, "get_role", RoleName=name), marks
        ):
            return
        listed = await _iam(gateway, account_id, "list_role_policies", RoleName=name)
        for policy in listed.get("PolicyNames") or ():
            await _iam(gateway, account_id, "delete_role_policy", RoleName=name, PolicyName=policy)
        await _iam(gateway, account_id, "delete_role", RoleName=name)
    except NotFound:
        return


def is_movers_role(role_arn: str, org: str, account_id: str) -> bool:
    """Whether a role was made for the organisation's movers, in that account."""
    parts = names.arn(role_arn)
    return parts.account == account_id and parts.resource.startswith(f"role/spinup/{org}/")


def _carries(answer: dict[str, Any], tags: tuple[Tag, ...]) -> bool:
    present = {tag["Key"]: tag["Value"] for tag in answer["Role"].get("Tags") or ()}
    return all(present.get(tag.key) == tag.value for tag in tags)


_DATASYNC: Final = {"Service": "datasync.amazonaws.com"}


async def _iam(gateway: Gateway, account_id: str, operation: str, **params: Any) -> dict[str, Any]:
    return await gateway.call(account_id, "iam", Access.MANAGE, operation, **params)


def _allow(actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"s3:{name}" for name in actions], "Resource": resource}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
