"""What carries the mark of an operation, and its removal."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.finding import users_of
from graph.aws.locations import list_locations
from graph.aws.making import delete_location, delete_task
from graph.aws.orphans import readers_of, tags_of_role
from graph.aws.roles import delete_role, role_path
from graph.aws.tags import mark_of, tags_of
from graph.aws.tasks import PAGE, describe_task
from graph.model import names
from graph.model.errors import Conflict, NotFound
from graph.model.mover import OPERATION_TAG, Tag

IDS: Final = 20
"""The most values that the tagging API takes for one key."""


async def marked(
    gateway: Gateway, account_id: str, operation_ids: Collection[str]
) -> dict[str, set[str]]:
    """The ARNs of tasks and locations by the operation that made them, for at most ``IDS`` of them.

    One call, as a rule. The list is late, and still has what was deleted.
    """
    found: dict[str, set[str]] = {operation_id: set() for operation_id in operation_ids}
    async for page in gateway.pages(
        account_id,
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        ResourceTypeFilters=["datasync:task", "datasync:location"],
        TagFilters=[{"Key": OPERATION_TAG, "Values": sorted(operation_ids)}],
        ResourcesPerPage=PAGE,
    ):
        for item in page:
            tags = (Tag(tag["Key"], tag["Value"]) for tag in item.get("Tags") or ())
            found.setdefault(mark_of(tags) or "", set()).add(item["ResourceARN"])
    return found


async def roles_of(
    gateway: Gateway, account_id: str, group: str, name: str, operation_id: str
) -> list[str]:
    """The ARNs of the roles that an operation made for a mover of that group and name."""
    named = [
        (item["Arn"], item["RoleName"])
        async for page in gateway.pages(
            account_id,
            "iam",
            "list_roles",
            "Roles",
            access=Access.MANAGE,
            PathPrefix=role_path(gateway.org, group),
        )
        for item in page
        if item["RoleName"].startswith(f"{name}-")
    ]
    marks = await asyncio.gather(*(_mark_of_role(gateway, account_id, one) for _, one in named))
    return [arn for (arn, _), mark in zip(named, marks, strict=True) if mark == operation_id]


async def remove(gateway: Gateway, arns: Iterable[str], operation_id: str) -> list[str]:
    """Deletes tasks, then locations, that carry the mark of an operation; gives those it deleted.

    Each is looked at again before. Raises Conflict where one is in use.
    """
    removed = []
    for arn in sorted(arns, key=lambda arn: (":location/" in arn, arn)):
        try:
            tags = await tags_of(gateway, arn)
        except NotFound:
            continue  # the list is late
        if mark_of(tags) != operation_id:
            continue
        await (_remove_location if ":location/" in arn else _remove_task)(gateway, arn)
        removed.append(arn)
    return removed


async def remove_roles(gateway: Gateway, arns: Collection[str]) -> None:
    """Deletes roles that no location reads with. Raises Conflict where one is in use."""
    if not arns:
        return
    account_id = names.arn(next(iter(arns))).account
    readers = await readers_of(gateway, await list_locations(gateway, account_id))
    for arn in arns:
        if arn in readers:
            raise Conflict(f"{arn} is used by {min(readers[arn])}")
        await delete_role(gateway, account_id, arn.rpartition("/")[2])


async def _remove_task(gateway: Gateway, arn: str) -> None:
    task = await describe_task(gateway, arn)
    if task.status in ("RUNNING", "QUEUED"):
        raise Conflict(f"{arn} has a run that is active")
    await delete_task(gateway, arn)


async def _remove_location(gateway: Gateway, arn: str) -> None:
    if users := await users_of(gateway, arn):
        raise Conflict(f"{arn} is used by {users[0]}")
    await delete_location(gateway, arn)


async def _mark_of_role(gateway: Gateway, account_id: str, name: str) -> str | None:
    try:
        return mark_of(await tags_of_role(gateway, account_id, name))
    except NotFound:
        return None
