"""Removes orphans, each after another check immediately before its removal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from graph.aws.client.gateway import AccountGateway
from graph.aws.locations import delete_location
from graph.aws.marks import mark_of
from graph.aws.role_users import users_of
from graph.aws.roles import delete_role, name_of_role, tags_of_role
from graph.aws.tags import carries, tags_of, value_of
from graph.aws.tasks import tasks_using
from graph.model.errors import ApiError, Conflict, NotFound
from graph.model.mover import GROUP_TAG, Tag, own_tags
from graph.model.orphan import Bounds, Orphan, OrphanKind


async def remove_orphans(
    aws: AccountGateway, orphans: Iterable[Orphan], bounds: Bounds
) -> dict[str, ApiError | None]:
    """By ARN, None if the orphan was removed, or else the error that prevented it.

    Locations are removed first, and then the roles that only they used. Each is checked again
    immediately before, and AWS itself refuses to delete a location that a task uses.
    """
    given = list(orphans)
    locations = [orphan for orphan in given if orphan.kind is OrphanKind.LOCATION]
    roles = [orphan for orphan in given if orphan.kind is OrphanKind.ROLE]
    results = await _each(locations, [_remove_location(aws, one.arn, bounds) for one in locations])
    if roles:
        users = await users_of(aws, [one.arn for one in roles])
        results |= await _each(roles, [_remove_role(aws, one.arn, users, bounds) for one in roles])
    return results


async def _each(orphans: list[Orphan], removals: list[Any]) -> dict[str, ApiError | None]:
    results: dict[str, ApiError | None] = {}
    outcomes = await asyncio.gather(*removals, return_exceptions=True)
    for orphan, outcome in zip(orphans, outcomes, strict=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, ApiError):
            raise outcome
        results[orphan.arn] = outcome
    return results


async def _remove_location(aws: AccountGateway, arn: str, bounds: Bounds) -> None:
    try:
        tags = await tags_of(aws, arn)
    except NotFound:
        return  # gone already
    if not carries(tags, own_tags(aws.org)):
        raise Conflict("The location no longer carries the organisation's tags.")
    _refuse_spared(tags, bounds)
    if users := await tasks_using(aws, arn):
        raise Conflict(f"The location is used by {users[0].rpartition('/')[2]} now.")
    await delete_location(aws, arn)


async def _remove_role(
    aws: AccountGateway, arn: str, users: dict[str, set[str]], bounds: Bounds
) -> None:
    name = name_of_role(arn)
    if arn in users:
        raise Conflict(f"The role is used by {min(users[arn]).rpartition('/')[2]}.")
    try:
        _refuse_spared(await tags_of_role(aws, name), bounds)
    except NotFound:
        return  # gone already
    await delete_role(aws, name)


def _refuse_spared(tags: tuple[Tag, ...], bounds: Bounds) -> None:
    if bounds.spare(value_of(tags, GROUP_TAG), mark_of(tags)):
        raise Conflict("An operation in progress may need this resource.")
