"""Buckets: their tags, settings and policies, and whether they exist."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.errors import code_of
from graph.aws.client.gateway import AccountGateway
from graph.aws.tags import tag_values
from graph.model.errors import ApiError, NotFound, Upstream
from graph.model.mover import Tag

_NO_BUCKET: Final = "NoSuchBucket"


@dataclass(frozen=True, slots=True)
class Encryption:
    """How objects are encrypted that are written without saying how."""

    algorithm: str
    """``AES256``, ``aws:kms`` or ``aws:kms:dsse``."""
    key: str | None
    """The id or ARN of the key of KMS; None for the one that S3 has in each account."""


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One object of a bucket's list."""

    key: str
    storage_class: str


async def tags_of_bucket(aws: AccountGateway, bucket: str) -> tuple[Tag, ...]:
    """The tags of a bucket, read with the management role; none if there is no such bucket."""
    try:
        answer = await aws.call("s3", Access.INSPECT, "get_bucket_tagging", Bucket=bucket)
    except NotFound:  # no tags, or no bucket
        return ()
    return tag_values(answer["TagSet"])


async def is_missing(aws: AccountGateway, bucket: str) -> bool:
    """Whether S3 reports that there is no such bucket. False if that is not certain.

    Needs ``s3:ListBucket``, which DataSync requires of the creator of a location.
    """
    try:
        await aws.call("s3", Access.MANAGE, "list_objects_v2", Bucket=bucket, MaxKeys=0)
    except NotFound as error:
        return error.__cause__ is not None and code_of(error.__cause__) == _NO_BUCKET
    except ApiError:
        return False
    return False


async def region_of_own_bucket(aws: AccountGateway, bucket: str) -> str | None:
    """The region of a bucket of the account; None if there is no bucket of that name anywhere.

    Raises AccessDenied for a bucket of another account, or without ``s3:ListBucket``.
    """
    owner = aws.account_id
    try:
        answer = await _discover(aws, "head_bucket", Bucket=bucket, ExpectedBucketOwner=owner)
    except NotFound as error:
        if not _is(error, _NO_BUCKET):
            raise
        return None
    return str(answer.get("BucketRegion") or aws.region)


async def policy_of_bucket(aws: AccountGateway, bucket: str) -> dict[str, Any] | None:
    """The policy of a bucket; None if it has none. Raises Upstream for anything else."""
    try:
        answer = await _discover(aws, "get_bucket_policy", Bucket=bucket)
    except NotFound as error:
        if not _is(error, "NoSuchBucketPolicy"):
            raise
        return None
    return parsed_policy(answer["Policy"], f"bucket '{bucket}'")


def parsed_policy(text: str, of: str) -> dict[str, Any]:
    """A policy as S3 returns it. Raises Upstream for what is none."""
    try:
        policy = json.loads(text)
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        raise Upstream(f"The policy of the {of} could not be understood.")
    return policy


async def encryption_of_bucket(aws: AccountGateway, bucket: str) -> Encryption | None:
    """How a bucket encrypts; None if it has no rule for that."""
    try:
        answer = await _discover(aws, "get_bucket_encryption", Bucket=bucket)
    except NotFound as error:
        if not _is(error, "ServerSideEncryptionConfigurationNotFoundError"):
            raise
        return None
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
        given = rule.get("ApplyServerSideEncryptionByDefault") or {}
        if given.get("SSEAlgorithm"):
            return Encryption(given["SSEAlgorithm"], given.get("KMSMasterKeyID") or None)
    return None


async def keeps_versions(aws: AccountGateway, bucket: str) -> bool:
    """Whether a bucket keeps the versions of objects that are overwritten or deleted."""
    answer = await _discover(aws, "get_bucket_versioning", Bucket=bucket)
    return answer.get("Status") == "Enabled"


async def first_objects(
    aws: AccountGateway, bucket: str, prefix: str, most: int
) -> list[ListedObject]:
    """The first objects below a prefix, in the order of their keys. One call for up to 1,000."""
    given = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": most}
    answer = await _discover(aws, "list_objects_v2", **given)
    return [
        ListedObject(str(item["Key"]), str(item.get("StorageClass") or "STANDARD"))
        for item in answer.get("Contents") or ()
        if item.get("Key")
    ]


async def _discover(aws: AccountGateway, operation: str, **params: Any) -> dict[str, Any]:
    return await aws.call("s3", Access.DISCOVER, operation, **params)


def _is(error: NotFound, code: str) -> bool:
    """Whether S3 said so itself: of an account that does not let the server in it says nothing."""
    return error.__cause__ is not None and code_of(error.__cause__) == code
