"""Finds orphans by joining the lists of an account."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple

from graph.aws.client.access import roles_path
from graph.aws.client.gateway import AccountGateway
from graph.aws.locations import bucket_role, describe_location, list_locations
from graph.aws.marks import mark_of
from graph.aws.roles import PRINCIPAL, list_roles, tags_of_role
from graph.aws.run_roles import used_roles
from graph.aws.tags import tagged, value_of
from graph.aws.task_files import roles_in
from graph.aws.tasks import describe_task, list_tasks
from graph.concurrency import together
from graph.locations import kind_of
from graph.model.errors import NotFound
from graph.model.mover import GROUP_TAG, Tag, own_tags
from graph.model.orphan import Bounds, Orphan, OrphanKind

NO_TASK: Final = "no task of the account names it as source or destination"
NOTHING: Final = "no location and no task of the account uses it"
ORPHANS_ONLY: Final = "only orphaned locations use it"


class _Role(NamedTuple):
    arn: str
    name: str
    created_at: datetime
    region: str | None
    """Of the locations that may use it; None if its trust policy names none."""


async def find_orphans(aws: AccountGateway, bounds: Bounds) -> list[Orphan]:
    """The locations of one region first, then the roles, each by ARN.

    Roles have no region: one that is for another region is an orphan of that, one that is for none
    of those in which movers are managed an orphan of the default region. Whether a location or role
    is used is looked up in all of them, as a task may have its locations in another.

    Costs the pages of four lists, a call for each task of the account and each S3 location, and
    one for each orphan; the tasks and locations are those of all regions.
    """
    wanted = {key: (value,) for key, value in own_tags(aws.org).items()}
    regions = list(dict.fromkeys((aws, *aws.in_regions(aws.account_id))))
    lists, marked, roles = await together(
        together(*map(list_locations, regions)), tagged(aws, ("location",), wanted), _roles(aws)
    )
    uris = lists[0]
    # Tasks are listed last: any task that uses a location of the list above is in this list, or
    # is too young. Each is described, because accounts have fewer tasks than locations.
    found = await together(*map(_used, regions))
    used = set[str]().union(*(locations for locations, _, _ in found))
    of_tasks = set[str]().union(*(roles for _, roles, _ in found))
    tasks = set[str]().union(*(tasks for _, _, tasks in found))
    of_tasks |= used_roles((role.arn for role in roles), tasks).keys()
    unused = {arn: tags for arn, tags in marked.items() if arn in uris and arn not in used}
    locations = await _locations(aws, unused, bounds)
    listed = {arn: uri for uris_there in lists for arn, uri in uris_there.items()}
    # A task of these regions may have a location in another.
    buckets = [arn for arn, uri in listed.items() if kind_of(uri) == "S3"]
    readers = await readers_of(aws, [*buckets, *(used - listed.keys())])
    roles = [role for role in roles if role.arn not in of_tasks]
    return locations + await _unread(aws, roles, readers, locations, bounds)


async def readers_of(aws: AccountGateway, arns: Collection[str]) -> dict[str, set[str]]:
    """The locations among those, by the ARN of the role they use. One call per location."""
    readers: dict[str, set[str]] = {}
    for location in await together(*(describe_location(aws, arn) for arn in arns)):
        role_arn = location and bucket_role(location)
        if location and role_arn:
            readers.setdefault(role_arn, set()).add(location.arn)
    return readers


def _is_datasyncs(role: dict[str, Any]) -> bool:
    """Whether only DataSync may assume a role.

    Other services of the organisation keep their roles under the same path.
    """
    return all(statement.get("Principal") == PRINCIPAL for statement in _trust_of(role))


def _trust_of(role: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a role's trust policy."""
    trust = role.get("AssumeRolePolicyDocument") or {}
    statements = (json.loads(trust) if isinstance(trust, str) else trust).get("Statement") or ()
    return [statements] if isinstance(statements, dict) else list(statements)


def _region_of(role: dict[str, Any]) -> str | None:
    """The region that the policy of ``ensure_role`` names."""
    for statement in _trust_of(role):
        source = ((statement.get("Condition") or {}).get("ArnLike") or {}).get("aws:SourceArn")
        if isinstance(source, str) and source.count(":") > 3:  # noqa: PLR2004 - an ARN
            return source.split(":")[3]
    return None


async def _roles(aws: AccountGateway) -> list[_Role]:
    """Those of the region, and in the default one those of no region that is served."""
    served = [each.region for each in aws.in_regions(aws.account_id)]
    roles = [
        _Role(role["Arn"], role["RoleName"], role["CreateDate"], _region_of(role))
        for role in await list_roles(aws, roles_path(aws.org))
        if _is_datasyncs(role)
    ]
    if aws.region != served[0]:
        return [role for role in roles if role.region == aws.region]
    return [role for role in roles if role.region not in served[1:]]


async def _used(aws: AccountGateway) -> tuple[set[str], set[str], set[str]]:
    """The locations that tasks use, the roles of their manifests and reports, and the tasks."""
    tasks = await list_tasks(aws)
    found = await asyncio.gather(
        *(describe_task(aws, task.task_arn) for task in tasks), return_exceptions=True
    )
    used: set[str] = set()
    roles: set[str] = set()
    for task in found:
        if isinstance(task, BaseException):
            if not isinstance(task, NotFound):
                raise task
        else:
            used |= {task.source_arn, task.destination_arn}
            roles |= set(roles_in(task.described).values())
    return used, roles, {task.task_arn for task in tasks}


async def _locations(
    aws: AccountGateway, unused: dict[str, tuple[Tag, ...]], bounds: Bounds
) -> list[Orphan]:
    asked = sorted(
        arn
        for arn, tags in unused.items()
        if not bounds.spare(value_of(tags, GROUP_TAG), mark_of(tags))
    )
    described = await together(*(describe_location(aws, arn) for arn in asked))
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
        # A location whose age AWS does not report is never removed.
        if location and location.created_at and location.created_at < bounds.made_before
    ]


async def _unread(
    aws: AccountGateway,
    roles: list[_Role],
    readers: dict[str, set[str]],
    locations: list[Orphan],
    bounds: Bounds,
) -> list[Orphan]:
    orphaned = {orphan.arn for orphan in locations}
    unused = [
        role
        for role in sorted(roles)
        if role.created_at < bounds.made_before and readers.get(role.arn, set()) <= orphaned
    ]
    tags = await asyncio.gather(
        *(tags_of_role(aws, role.name) for role in unused), return_exceptions=True
    )
    found = []
    for role, carried in zip(unused, tags, strict=True):
        if isinstance(carried, BaseException):
            if not isinstance(carried, NotFound):
                raise carried
        elif not bounds.spare(value_of(carried, GROUP_TAG), mark_of(carried)):
            why = ORPHANS_ONLY if role.arn in readers else NOTHING
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
