"""Which locations read their buckets with a role, found with few calls in large accounts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from graph.aws.client.gateway import AccountGateway
from graph.aws.locations import bucket_role_of, list_locations_afresh, reaches
from graph.aws.marks import marks_from_tagging
from graph.aws.roles import buckets_of_role, name_of_role
from graph.aws.run_roles import is_for_runs, used_roles
from graph.aws.task_files import roles_in
from graph.aws.tasks import describe_task, ends_of, list_tasks_afresh
from graph.concurrency import together
from graph.locations import kind_of
from graph.model.errors import NotFound
from graph.model.mover import Task
from graph.model.task_files import FILE_PARTS

_OF_FILES: Final = re.compile(rf"-({'|'.join(FILE_PARTS)})-[0-9a-f]{{10}}$")
"""How the names of roles of manifests and reports end."""
_ASKED: Final = 50
"""The most locations that are described because nothing but their bucket points to a role."""


async def users_of(
    aws: AccountGateway, role_arns: Collection[str], near: Iterable[str] = ()
) -> dict[str, set[str]]:
    """The ARNs of the S3 locations and tasks that use each of the roles, as far as there are any.

    A task uses the roles of its manifest and reports, also those of its runs alone.

    Looks at the locations of movers whose name a role's name begins with, in any region, and at
    those in the bucket of a role that no operation created, in the regions in which movers are
    managed and those of the ARNs in ``near``. If the latter are more than ``_ASKED``, the names
    alone decide: the original server and this one name a role after its mover. Costs the pages of
    the lists of tasks, locations and tags, and a call per role and per location to look at.
    """
    if not role_arns:
        return {}
    regions = dict.fromkeys((aws, *aws.in_regions(aws.account_id)))
    places = dict.fromkeys((*regions, *(aws.of(arn) for arn in near)))
    found = await together(
        *(_ends_of_namesakes(place, role_arns) for place in regions),
        *(_in_buckets_of(place, role_arns) for place in places),
    )
    asked = set[str]().union(*found)
    roles = await together(*(bucket_role_of(aws, arn) for arn in asked))
    users: defaultdict[str, set[str]] = defaultdict(set)
    for arn, role_arn in zip(asked, roles, strict=True):
        if role_arn is not None and role_arn in role_arns:
            users[role_arn].add(arn)
    for pairs in await together(*(_tasks_with_files(place, role_arns) for place in regions)):
        for role_arn, task_arn in pairs:
            users[role_arn].add(task_arn)
    for found_there in await together(*(_for_runs(place, role_arns) for place in regions)):
        for role_arn, task_arn in found_there.items():
            users[role_arn].add(task_arn)
    return dict(users)


async def _tasks_with_files(
    aws: AccountGateway, role_arns: Collection[str]
) -> list[tuple[str, str]]:
    """The roles of manifests and reports among these, each with a namesake task that uses it."""
    asked = {arn for arn in role_arns if _OF_FILES.search(name_of_role(arn))}
    tasks = await _namesakes(aws, asked) if asked else []
    found = await together(*(_described(aws, task_arn) for task_arn in tasks))
    return [
        (role_arn, task.task_arn)
        for task in found
        if task is not None
        for role_arn in roles_in(task.described).values()
        if role_arn in asked
    ]


async def _for_runs(aws: AccountGateway, role_arns: Collection[str]) -> dict[str, str]:
    """The roles for single runs among these whose task is there, with that task."""
    asked = [arn for arn in role_arns if is_for_runs(arn)]
    if not asked:
        return {}
    return used_roles(asked, [task.task_arn for task in await list_tasks_afresh(aws)])


async def _described(aws: AccountGateway, task_arn: str) -> Task | None:
    try:
        return await describe_task(aws, task_arn, fresh=True)
    except NotFound:
        return None


async def _namesakes(aws: AccountGateway, role_arns: Collection[str]) -> list[str]:
    """The tasks whose name the name of a role begins with."""
    names = [name_of_role(arn) for arn in role_arns]
    return [
        task.task_arn
        for task in await list_tasks_afresh(aws)
        if any(name.startswith(f"{task.name}-") for name in names)
    ]


async def _ends_of_namesakes(aws: AccountGateway, role_arns: Collection[str]) -> set[str]:
    tasks = await _namesakes(aws, role_arns)
    found = await together(*(_ends(aws, task_arn) for task_arn in tasks))
    return {arn for ends in found for arn in ends}


async def _ends(aws: AccountGateway, task_arn: str) -> tuple[str, ...]:
    try:
        return await ends_of(aws, task_arn)
    except NotFound:
        return ()


async def _in_buckets_of(aws: AccountGateway, role_arns: Collection[str]) -> set[str]:
    """Locations without the mark of an operation. One that has it has a role of its own."""
    uris = await list_locations_afresh(aws)
    found = await together(*(buckets_of_role(aws, name_of_role(arn)) for arn in role_arns))
    buckets = set().union(*found) if all(found) else None
    fit = [
        arn
        for arn, uri in uris.items()
        if kind_of(uri) == "S3"
        and (buckets is None or any(reaches(uri, bucket) for bucket in buckets))
    ]
    marks = await marks_from_tagging(aws, "location", fit)
    unmarked = {arn for arn in fit if not marks.get(arn)}
    unknown = {arn for arn in unmarked if arn not in aws.caches.bucket_roles}
    return unmarked if len(unknown) <= _ASKED else unmarked - unknown
