"""The roles with which DataSync accesses buckets."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from graph.aws.client.access import Access, roles_path
from graph.aws.client.gateway import AccountGateway
from graph.aws.tags import carries, encoded, tag_values
from graph.model import names
from graph.model.errors import AccessDenied, Conflict, NotFound, Upstream
from graph.model.mover import Tag
from graph.model.resources import Resource

Statement = tuple[tuple[str, ...], str]
"""Actions of S3, and the ARN that they are allowed on."""
_POLICY: Final = "DataSyncBucketAccessPolicy"
_ON_BUCKET: Final = ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads")
_ON_OBJECTS: Final = (
    "AbortMultipartUpload",
    "DeleteObject",
    "GetObject",
    "ListMultipartUploadParts",
    "GetObjectTagging",
    "GetObjectVersion",
    "GetObjectVersionTagging",
    "PutObjectTagging",
    "PutObject",
)
PRINCIPAL: Final = {"Service": "datasync.amazonaws.com"}
"""Who may assume the roles."""
_ON_OUTPOSTS: Final = frozenset(
    {"GetBucketLocation", "GetObjectVersion", "GetObjectVersionTagging"}
)
"""What S3 on Outposts has no action for."""
_BUCKET: Final = re.compile(
    r"arn:[^:]+:s3[^:]*:[^:]*:[^:]*:(outpost/[^/]+/accesspoint/|accesspoint[:/])?[^/]+"
)
"""The bucket or access point in the ARN of its objects."""
_NOT_IN_A_PATH: Final = re.compile(r"[^\x21-\x7e]")


def role_path(org: str, group: str) -> str:
    """The path of a group's roles; what IAM does not allow in paths becomes a hyphen."""
    return f"{roles_path(org)}{_NOT_IN_A_PATH.sub('-', group)}/"


async def ensure_role(
    aws: AccountGateway, name: str, path: str, bucket: Resource, tags: tuple[Tag, ...]
) -> str:
    """Creates a role for a prefix of one bucket, or completes one that an earlier attempt began.

    Returns its ARN. Raises Conflict if the name belongs to a role with other tags.
    """
    return await _ensure(aws, name, path, _access_policy(bucket), tags)


async def ensure_role_for(
    aws: AccountGateway, name: str, path: str, statement: Statement, tags: tuple[Tag, ...]
) -> str:
    """The same for a role that may do nothing else, such as to read a manifest."""
    return await _ensure(aws, name, path, _document(_allow(*statement)), tags)


async def _ensure(
    aws: AccountGateway, name: str, path: str, policy: str, tags: tuple[Tag, ...]
) -> str:
    try:
        answer = await _iam(
            aws,
            "create_role",
            RoleName=name,
            Path=path,
            AssumeRolePolicyDocument=_trust_policy(aws),
            PermissionsBoundary=aws.role_boundary,
            Tags=encoded(tags),
        )
    except Conflict:
        answer = await _iam(aws, "get_role", RoleName=name)
        if not _carries(answer, tags):
            raise Conflict(f"The role {name} already exists and has other tags.") from None
    try:
        await _iam(
            aws,
            "put_role_policy",
            RoleName=name,
            PolicyName=_POLICY,
            PolicyDocument=policy,
        )
    except NotFound:  # IAM is eventually consistent
        raise Upstream(f"The role {name} is not known to IAM yet. Try again.") from None
    return str(answer["Role"]["Arn"])


def _access_policy(bucket: Resource) -> str:
    """Allows to use the objects below the prefix, whose characters are no wildcards of IAM's.

    Without a prefix, or where its meaning is up to the service, those of the whole bucket. All of
    it may be listed: DataSync checks access with HeadBucket, which takes the same permission and
    names no prefix.
    """
    named = names.arn(bucket.arn)
    if named.service == "s3-outposts":
        return _outposts_policy(bucket)
    is_access_point = bool(named.account)
    inner = "object/" if is_access_point and bucket.prefix else ""
    objects = f"{bucket.arn}/{inner}{bucket.prefix or ''}*"
    return _document(_allow(_ON_BUCKET, bucket.arn), _allow(_ON_OBJECTS, objects))


def _outposts_policy(point: Resource) -> str:
    """The same for an access point on an Outpost, whose actions have a prefix of their own."""
    service = "s3-outposts"
    on_bucket = ("GetAccessPoint", *(name for name in _ON_BUCKET if name not in _ON_OUTPOSTS))
    on_objects = tuple(name for name in _ON_OBJECTS if name not in _ON_OUTPOSTS)
    objects = f"{point.arn}/object/{point.prefix or ''}*"
    return _document(_allow(on_bucket, point.arn, service), _allow(on_objects, objects, service))


async def delete_role(aws: AccountGateway, name: str, marks: tuple[Tag, ...] = ()) -> None:
    """Deletes a role with its policies; one that is gone is no error.

    A role that does not carry the marks is left alone. Raises Conflict if something is attached to
    it that this server may not detach.
    """
    try:
        if marks and not _carries(await _iam(aws, "get_role", RoleName=name), marks):
            return
        listed = aws.pages(
            "iam", "list_role_policies", "PolicyNames", access=Access.MANAGE, RoleName=name
        )
        for policy in [policy async for page in listed for policy in page]:
            await _iam(aws, "delete_role_policy", RoleName=name, PolicyName=policy)
        try:
            await _iam(aws, "delete_role", RoleName=name)
        except Conflict:
            await _delete_attached(aws, name)
    except NotFound:
        return


async def _delete_attached(aws: AccountGateway, name: str) -> None:
    """Deletes a role that something is attached to. Asked only now: it is rare.

    Organisations attach managed policies to every role. An instance profile is different: it means
    that somebody uses the role.
    """
    await _detach_policies(aws, name)
    try:
        await _iam(aws, "delete_role", RoleName=name)
    except Conflict:
        profiles = await _instance_profiles(aws, name)
        if not profiles:
            raise Conflict(
                f"Something that this server cannot see is attached to the role {name}. Remove it, "
                "then delete the mover again."
            ) from None
        raise Conflict(
            f"The role {name} is in the instance profile {', '.join(profiles)}. Remove it from "
            "there, then delete the mover again."
        ) from None


async def _detach_policies(aws: AccountGateway, name: str) -> None:
    listed = aws.pages(
        "iam",
        "list_attached_role_policies",
        "AttachedPolicies",
        access=Access.MANAGE,
        RoleName=name,
    )
    for arn in [policy["PolicyArn"] async for page in listed for policy in page]:
        try:
            await _iam(aws, "detach_role_policy", RoleName=name, PolicyArn=arn)
        except AccessDenied:
            raise Conflict(
                f"The policy {arn} is attached to the role {name}. Detach it, or allow "
                "iam:DetachRolePolicy to the management role, then delete the mover again."
            ) from None


async def _instance_profiles(aws: AccountGateway, name: str) -> list[str]:
    """The names of those that the role is in; empty if the server may not ask."""
    listed = aws.pages(
        "iam",
        "list_instance_profiles_for_role",
        "InstanceProfiles",
        access=Access.MANAGE,
        RoleName=name,
    )
    try:
        return [profile["InstanceProfileName"] async for page in listed for profile in page]
    except AccessDenied:
        return []


async def list_roles(aws: AccountGateway, path: str) -> list[dict[str, Any]]:
    """The roles below a path, as IAM lists them: without their tags. One call per 100."""
    pages = aws.pages("iam", "list_roles", "Roles", access=Access.MANAGE, PathPrefix=path)
    return [role async for page in pages for role in page]


async def tags_of_role(aws: AccountGateway, name: str) -> tuple[Tag, ...]:
    """The tags of a role, as they are now. Raises NotFound if it is gone."""
    return _tags(await _iam(aws, "get_role", RoleName=name))


async def resources_of_role(aws: AccountGateway, name: str) -> list[str]:
    """The ARNs that a role's policy names. Raises NotFound if it has none."""
    answer = await _iam(aws, "get_role_policy", RoleName=name, PolicyName=_POLICY)
    return _resources(answer["PolicyDocument"])


async def buckets_of_role(aws: AccountGateway, name: str) -> set[str]:
    """The ARNs of the buckets that a role was made for; empty if that is not certain."""
    try:
        named = [_BUCKET.match(arn) for arn in await resources_of_role(aws, name)]
    except (AccessDenied, NotFound):
        return set()
    found = {match[0] for match in named if match}
    return found if all(named) and not any("*" in arn for arn in found) else set()


def name_of_role(role_arn: str) -> str:
    """The name of a role, without its path."""
    return role_arn.rpartition("/")[2]


def is_movers_role(role_arn: str, org: str, account_id: str) -> bool:
    """Whether a role was created for the organisation's movers, in that account."""
    parts = names.arn(role_arn)
    return parts.account == account_id and parts.resource.startswith(f"role{roles_path(org)}")


def _trust_policy(aws: AccountGateway) -> str:
    """Trusts DataSync only when it works for this account, not on behalf of another customer.

    The location's ARN is not known yet when its role is created.
    """
    source = f"arn:{aws.partition}:datasync:{aws.region}:{aws.account_id}:*"
    return _document(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": PRINCIPAL,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": aws.account_id},
                "ArnLike": {"aws:SourceArn": source},
            },
        }
    )


def _resources(document: str | dict[str, Any]) -> list[str]:
    parsed = json.loads(document) if isinstance(document, str) else document
    statements = parsed.get("Statement") or []
    named = [
        statement.get("Resource") or []
        for statement in (statements if isinstance(statements, list) else [statements])
    ]
    return [arn for given in named for arn in ([given] if isinstance(given, str) else given)]


def _carries(answer: dict[str, Any], tags: tuple[Tag, ...]) -> bool:
    return carries(_tags(answer), {tag.key: tag.value for tag in tags})


def _tags(answer: dict[str, Any]) -> tuple[Tag, ...]:
    return tag_values(answer["Role"].get("Tags") or ())


async def _iam(aws: AccountGateway, operation: str, **params: Any) -> dict[str, Any]:
    return await aws.call("iam", Access.MANAGE, operation, **params)


def _allow(actions: tuple[str, ...], resource: str, service: str = "s3") -> dict[str, Any]:
    named = [f"{service}:{name}" for name in actions]
    return {"Effect": "Allow", "Action": named, "Resource": resource}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
