"""Finds and removes the resources that carry the mark of an operation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.locations import delete_location
from graph.aws.marks import mark_of
from graph.aws.role_users import users_of
from graph.aws.roles import delete_role, list_roles, name_of_role, role_path, tags_of_role
from graph.aws.tags import tagged, tags_of
from graph.aws.tasks import delete_task, describe_task, tasks_using
from graph.concurrency import together
from graph.model.errors import ApiError, Conflict, NotFound
from graph.model.mover import OPERATION_TAG, WITH_ACTIVE_RUN

IDS: Final = 20
"""The maximum number of values per key in a filter of the tagging API."""


async def marked(aws: AccountGateway, operation_ids: Collection[str]) -> dict[str, set[str]]:
    """The ARNs of tasks and locations by the operation that created them, for up to ``IDS`` ids.

    Usually one call. The list is eventually consistent and may still contain deleted resources.
    """
    found: dict[str, set[str]] = {operation_id: set() for operation_id in operation_ids}
    wanted = {OPERATION_TAG: operation_ids}
    for arn, tags in (await tagged(aws, ("task", "location"), wanted)).items():
        found.setdefault(mark_of(tags) or "", set()).add(arn)
    return found


async def roles_of(aws: AccountGateway, group: str, name: str, operation_id: str) -> list[str]:
    """The ARNs of the roles that an operation created for a mover of that group and name."""
    roles = await list_roles(aws, role_path(aws.org, group))
    fit = [role for role in roles if role["RoleName"].startswith(f"{name}-")]
    marks = await together(*(_mark_of_role(aws, role["RoleName"]) for role in fit))
    return [role["Arn"] for role, mark in zip(fit, marks, strict=True) if mark == operation_id]


async def remove(gateway: ArnGateway, arns: Iterable[str], operation_id: str) -> list[str]:
    """Deletes tasks, then locations, that carry the mark of an operation; returns those deleted.

    Each is checked again immediately before. Raises Conflict if one is in use.
    """
    removed = []
    for arn in sorted(arns, key=lambda arn: (":location/" in arn, arn)):
        try:
            tags = await tags_of(gateway, arn)
        except NotFound:
            continue  # deleted already
        if mark_of(tags) != operation_id:
            continue
        await (_remove_location if ":location/" in arn else _remove_task)(gateway, arn)
        removed.append(arn)
    return removed


async def remove_roles(aws: AccountGateway, arns: Collection[str]) -> None:
    """Deletes roles that no location uses.

    Raises Conflict, after all the others, for those that stay.
    """
    users = await users_of(aws, arns)
    stuck = [f"The role {arn} is used by {min(users[arn])}." for arn in arns if arn in users]
    for arn in arns:
        try:
            if arn not in users:
                await delete_role(aws, name_of_role(arn))
        except ApiError as error:  # one role that stays must not protect the others
            stuck.append(error.message)
    if stuck:
        raise Conflict(" ".join(stuck))


async def _remove_task(gateway: ArnGateway, arn: str) -> None:
    task = await describe_task(gateway, arn)
    if task.status in WITH_ACTIVE_RUN:
        raise Conflict(f"The task {arn} has an active run.")
    await delete_task(gateway, arn)


async def _remove_location(gateway: ArnGateway, arn: str) -> None:
    if users := await tasks_using(gateway, arn):
        raise Conflict(f"The location {arn} is used by {users[0]}.")
    await delete_location(gateway, arn)


async def _mark_of_role(aws: AccountGateway, name: str) -> str | None:
    try:
        return mark_of(await tags_of_role(aws, name))
    except NotFound:
        return None
