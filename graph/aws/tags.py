"""Tags: by resource, and the resources that carry some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.client.paging import PAGE_SIZE
from graph.model.mover import Tag


async def tagged(
    aws: AccountGateway, kinds: Iterable[str], wanted: Mapping[str, Iterable[str]]
) -> dict[str, tuple[Tag, ...]]:
    """The ARNs of tasks or locations that carry every one of the tags, with all their tags.

    ``kinds`` are ``task`` and ``location``; ``wanted`` has up to 20 values per key, any of which
    matches. The list is eventually consistent: deleted resources stay in it for minutes to
    hours, new ones are late.
    """
    filters = [{"Key": key, "Values": sorted(values)} for key, values in wanted.items()]
    return {
        item["ResourceARN"]: tag_values(item["Tags"])
        async for page in aws.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            ResourceTypeFilters=[f"datasync:{kind}" for kind in kinds],
            TagFilters=filters,
            ResourcesPerPage=PAGE_SIZE,
        )
        for item in page
    }


async def tags_of(gateway: ArnGateway, resource_arn: str) -> tuple[Tag, ...]:
    """The tags of a task, location or run, as they are now. Raises NotFound if it is gone."""
    aws = gateway.of(resource_arn)

    async def read() -> tuple[Tag, ...]:
        pages = aws.pages("datasync", "list_tags_for_resource", "Tags", ResourceArn=resource_arn)
        return tuple([tag async for page in pages for tag in tag_values(page)])

    found: tuple[Tag, ...] = await aws.shared(("tags", resource_arn), read)
    return found


async def change_tags(
    gateway: ArnGateway, resource_arn: str, put: Iterable[Tag], drop: Iterable[str]
) -> None:
    """Sets some tags of a task or location and removes others. Can be repeated."""
    aws, added, keys = gateway.of(resource_arn), encoded(put), list(drop)
    call = partial(aws.call, "datasync", Access.MANAGE)
    if keys:  # first, as there is room for 50 tags
        await call("untag_resource", ResourceArn=resource_arn, Keys=keys)
    if added:
        await call("tag_resource", ResourceArn=resource_arn, Tags=added)


def value_of(tags: Iterable[Tag], key: str) -> str | None:
    """The value of the tag with that key."""
    return next((tag.value for tag in tags if tag.key == key), None)


def carries(tags: Iterable[Tag], wanted: Mapping[str, str]) -> bool:
    """Whether every one of the wanted tags is there."""
    present = {tag.key: tag.value for tag in tags}
    return all(present.get(key) == value for key, value in wanted.items())


def encoded(tags: Iterable[Tag]) -> list[dict[str, str]]:
    """Tags in the format of AWS's requests."""
    return [{"Key": tag.key, "Value": tag.value} for tag in tags]


def tag_values(given: Iterable[Mapping[str, Any]]) -> tuple[Tag, ...]:
    """Tags in the format of AWS's responses."""
    return tuple(Tag(item["Key"], item.get("Value") or "") for item in given)
