"""Roles for the manifests and reports of single runs.

Each is named after its task and the folder that it reaches, so that a repeated start finds it, and
what has to be removed with a task is known by its name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from typing import Final

from graph.aws.client.gateway import AccountGateway
from graph.aws.roles import (
    Statement,
    ensure_role_for,
    list_roles,
    name_of_role,
    resources_of_role,
    role_path,
)
from graph.aws.task_files import statement_of_folder
from graph.model.errors import AccessDenied, Conflict, NotFound
from graph.model.mover import GROUP_TAG, PART_TAG, Tag, Task, own_tags
from graph.model.task_files import FILE_PARTS, ManifestSpec, ReportSpec

MOST: Final = 20
"""The roles of one mover. An account has a thousand in all, unless its quota was raised."""
_NO_GROUP: Final = "-"
_DIGITS: Final = 7
_LONGEST_NAME: Final = 40
_NAME: Final = re.compile(
    rf"-(?:{'|'.join(FILE_PARTS)})-([0-9a-f]{{{_DIGITS}}})[0-9a-f]{{{_DIGITS}}}$"
)


async def ensure_run_role(
    aws: AccountGateway,
    group: str | None,
    task: Task,
    part: str,
    spec: ManifestSpec | ReportSpec,
) -> str:
    """The ARN of the role for a manifest or reports in that folder, which is made if need be.

    One call for a role that is there. Raises Conflict for a mover that has too many of them.
    """
    statement, path = statement_of_folder(spec), role_path(aws.org, group or _NO_GROUP)
    name = _name(task, part, statement)
    arn = f"arn:{aws.partition}:iam::{aws.account_id}:role{path}{name}"
    if await _is_there(aws, name, statement):
        return arn
    have = await run_roles_of(aws, group, task.task_arn)
    if arn not in have and len(have) >= MOST:
        raise Conflict(
            f"Runs of the mover have had manifests and reports in {MOST} folders that are not the "
            "mover's own. Use one of these folders, or set them on the mover."
        )
    tags = own_tags(aws.org) | ({GROUP_TAG: group} if group else {}) | {PART_TAG: part}
    given = tuple(Tag(*each) for each in tags.items())
    return await ensure_role_for(aws, name, path, statement, given)


async def run_roles_of(aws: AccountGateway, group: str | None, task_arn: str) -> list[str]:
    """The ARNs of those of a task. One call per 100 roles of its group."""
    roles = await list_roles(aws, role_path(aws.org, group or _NO_GROUP))
    return sorted(used_roles((role["Arn"] for role in roles), (task_arn,)))


def used_roles(role_arns: Iterable[str], task_arns: Collection[str]) -> dict[str, str]:
    """Those among the roles that are for runs of one of the tasks, by ARN, with the task's."""
    tasks = {_digest(arn): arn for arn in task_arns}
    found = {arn: _NAME.search(name_of_role(arn)) for arn in role_arns}
    return {arn: tasks[match[1]] for arn, match in found.items() if match and match[1] in tasks}


def is_for_runs(role_arn: str) -> bool:
    """Whether the name of a role is that of one for the runs of any task."""
    return _NAME.search(name_of_role(role_arn)) is not None


async def _is_there(aws: AccountGateway, name: str, statement: Statement) -> bool:
    try:
        return await resources_of_role(aws, name) == [statement[1]]
    except (AccessDenied, NotFound):  # then it is made, or completed
        return False


def _name(task: Task, part: str, statement: Statement) -> str:
    """At most IAM's 64 characters."""
    digits = f"{_digest(task.task_arn)}{_digest(statement[1])}"
    return f"{task.name[:_LONGEST_NAME]}-{part}-{digits}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
