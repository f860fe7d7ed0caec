"""Tags, by resource and by what carries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graph.aws.client.gateway import Gateway
from graph.aws.tasks import PAGE
from graph.model import names
from graph.model.mover import FLAVOR_TAG, OPERATION_TAG, ORG_TAG, TYPE_TAG, Tag

FLAVOR: Final = "datamover"
TYPE: Final = "storage"


def own_tags(org: str) -> dict[str, str]:
    """What every mover of an organisation carries."""
    return {ORG_TAG: org, TYPE_TAG: TYPE, FLAVOR_TAG: FLAVOR}


async def tagged(
    gateway: Gateway, account_id: str, kind: str, wanted: Mapping[str, str]
) -> dict[str, tuple[Tag, ...]]:
    """All ``task`` or ``location`` ARNs that carry every one of the tags, with all their tags.

    The list is eventually consistent: deleted resources stay in it for minutes to hours, new ones
    are late.
    """
    filters = [{"Key": key, "Values": [value]} for key, value in wanted.items()]
    return {
        item["ResourceARN"]: _tags(item.get("Tags"))
        async for page in gateway.pages(
            account_id,
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            ResourceTypeFilters=[f"datasync:{kind}"],
            TagFilters=filters,
            ResourcesPerPage=PAGE,
        )
        for item in page
    }


async def tags_of(gateway: Gateway, resource_arn: str) -> tuple[Tag, ...]:
    """The tags of a task, location or run, as they are now. Raises NotFound where it is gone."""
    account_id = names.arn(resource_arn).account

    async def read() -> tuple[Tag, ...]:
        return tuple(
            [
                tag
                async for page in gateway.pages(
                    account_id,
                    "datasync",
                    "list_tags_for_resource",
                    "Tags",
                    ResourceArn=resource_arn,
                )
                for tag in _tags(page)
            ]
        )

    found: tuple[Tag, ...] = await gateway.shared(account_id, ("tags", resource_arn), read)
    return found


def mark_of(tags: Iterable[Tag]) -> str | None:
    """The id of the operation that made what carries the tags."""
    return value_of(tags, OPERATION_TAG)


def value_of(tags: Iterable[Tag], key: str) -> str | None:
    """Of the tag of that key."""
    return next((tag.value for tag in tags if tag.key == key), None)


def carries(tags: tuple[Tag, ...], wanted: Mapping[str, str]) -> bool:
    """Whether every one of the wanted tags is there."""
    present = {tag.key: tag.value for tag in tags}
    return all(present.get(key) == value for key, value in wanted.items())


def _tags(given: list[dict[str, Any]] | None) -> tuple[Tag, ...]:
    return tuple(Tag(item["Key"], item.get("Value") or "") for item in given or ())
