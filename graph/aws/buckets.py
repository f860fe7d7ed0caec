"""Buckets: their tags, and whether they exist. Nothing of their content is read."""

from __future__ import annotations

from graph.aws.client.access import Access
from graph.aws.client.errors import code_of
from graph.aws.client.gateway import AccountGateway
from graph.aws.tags import tag_values
from graph.model.errors import ApiError, NotFound
from graph.model.mover import Tag


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
        return error.__cause__ is not None and code_of(error.__cause__) == "NoSuchBucket"
    except ApiError:
        return False
    return False
