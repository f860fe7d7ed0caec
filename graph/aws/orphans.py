"""Orphans: found by joining the lists of an account."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any, Final, NamedTuple

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.locations import describe_location, kind_of, list_locations
from graph.aws.tags import mark_of, own_tags, tagged, value_of
from graph.aws.tasks import describe_task, list_tasks
from graph.model.errors import NotFound
from graph.model.mover import GROUP_TAG, Tag
from graph.model.orphan import Bounds, Orphan, OrphanKind

NO_TASK: Final = "no task of the account names it as source or destination"
NO_LOCATION: Final = "no location of the account reads its bucket with it"
ORPHANS_ONLY: Final = "only orphaned locations read their bucket with it"


_DATASYNC: Final = {"Service": "datasync.amazonaws.com"}


class _Role(NamedTuple):
    arn: str
    name: str
    created_at: datetime


async def find_orphans(gateway: Gateway, account_id: str, bounds: Bounds) -> list[Orphan]:
    """The locations first, then the roles, each by ARN.

    Costs the pages of four lists, a call for each task of the account and each S3 location, and
    one for each orphan.
    """
    uris, marked, roles = await asyncio.gather(
        list_locations(gateway, account_id),
        tagged(gateway, account_id, "location", own_tags(gateway.org)),
        _roles(gateway, account_id),
    )
    # Tasks last: a location of the list above is used by them, or by none that is old enough.
    # Each is described, for there are fewer of them than locations that one could ask about.
    used = await _used(gateway, account_id)
    unused = {arn: tags for arn, tags in marked.items() if arn in uris and arn not in used}
    locations = await _locations(gateway, unused, bounds)
    readers = await readers_of(gateway, uris)
    return locations + await _unread(gateway, account_id, roles, readers, locations, bounds)


async def readers_of(gateway: Gateway, uris: dict[str, str]) -> dict[str, set[str]]:
    """The S3 locations among those, by the ARN of the role they read with; a call for each."""
    buckets = [arn for arn, uri in uris.items() if kind_of(uri) == "S3"]
    readers: dict[str, set[str]] = {}
    for location in await asyncio.gather(*(describe_location(gateway, arn) for arn in buckets)):
        if location is not None:
            config: dict[str, Any] = location.described.get("S3Config") or {}
            readers.setdefault(config.get("BucketAccessRoleArn", ""), set()).add(location.arn)
    return readers


async def tags_of_role(gateway: Gateway, account_id: str, name: str) -> tuple[Tag, ...]:
    """As they are now. Raises NotFound where the role is gone."""
    answer = await gateway.call(account_id, "iam", Access.MANAGE, "get_role", RoleName=name)
    return tuple(Tag(tag["Key"], tag["Value"]) for tag in answer["Role"].get("Tags") or ())


def _is_datasyncs(role: dict[str, Any]) -> bool:
    """Whether nobody but DataSync may assume a role.

    Other services of the organisation keep theirs under the same path.
    """
    trust = role.get("AssumeRolePolicyDocument") or {}
    statements = (json.loads(trust) if isinstance(trust, str) else trust).get("Statement") or ()
    named = [
        statement.get("Principal")
        for statement in ([statements] if isinstance(statements, dict) else statements)
    ]
    return all(principal == _DATASYNC for principal in named)


async def _roles(gateway: Gateway, account_id: str) -> list[_Role]:
    return [
        _Role(item["Arn"], item["RoleName"], item["CreateDate"])
        async for page in gateway.pages(
            account_id,
            "iam",
            "list_roles",
            "Roles",
            access=Access.MANAGE,
            PathPrefix=f"/spinup/{gateway.org}/",
        )
        for item in page
        if _is_datasyncs(item)
    ]


async def _used(gateway: Gateway, account_id: str) -> set[str]:
    tasks = await list_tasks(gateway, account_id)
    found = await asyncio.gather(
        *(describe_task(gateway, task.task_arn) for task in tasks), return_exceptions=True
    )
    used = set()
    for task in found:
        if isinstance(task, BaseException):
            if not isinstance(task, NotFound):
                raise task
        else:
            used |= {task.source_arn, task.destination_arn}
    return used


async def _locations(
    gateway: Gateway, unused: dict[str, tuple[Tag, ...]], bounds: Bounds
) -> list[Orphan]:
    asked = sorted(
        arn
        for arn, tags in unused.items()
        if not bounds.spare(value_of(tags, GROUP_TAG), mark_of(tags))
    )
    described = await asyncio.gather(*(describe_location(gateway, arn) for arn in asked))
    return [
        Orphan(
            kind=OrphanKind.LOCATION,
            arn=location.arn,
            uri=location.uri,
            group=value_of(unused[location.arn], GROUP_TAG),
            created_at=location.created_at,
            why=NO_TASK,
        )
        for location in described
        # One whose age AWS does not tell is nobody's to remove.
        if location and location.created_at and location.created_at < bounds.made_before
    ]


async def _unread(  # noqa: PLR0913, PLR0917 - each is a list of its own
    gateway: Gateway,
    account_id: str,
    roles: list[_Role],
    readers: dict[str, set[str]],
    locations: list[Orphan],
    bounds: Bounds,
) -> list[Orphan]:
    orphaned = {orphan.arn for orphan in locations}
    lonely = [
        role
        for role in sorted(roles)
        if role.created_at < bounds.made_before and readers.get(role.arn, set()) <= orphaned
    ]
    tags = await asyncio.gather(
        *(tags_of_role(gateway, account_id, role.name) for role in lonely), return_exceptions=True
    )
    found = []
    for role, carried in zip(lonely, tags, strict=True):
        if isinstance(carried, BaseException):
            if not isinstance(carried, NotFound):
                raise carried
        elif not bounds.spare(value_of(carried, GROUP_TAG), mark_of(carried)):
            why = ORPHANS_ONLY if role.arn in readers else NO_LOCATION
            group = value_of(carried, GROUP_TAG)
            found.append(_role_orphan(role, group, why))
    return found


def _role_orphan(role: _Role, group: str | None, why: str) -> Orphan:
    return Orphan(
        kind=OrphanKind.ROLE,
        arn=role.arn,
        uri=None,
        group=group,
        created_at=role.created_at,
        why=why,
    )
