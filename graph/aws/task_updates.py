"""The settings of DataSync's tasks as requests have them: of a new task, and of an update."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import ArnGateway
from graph.aws.task_files import files_of, params_of
from graph.model.change import MoverChange, MoverSetting
from graph.model.mover import Task
from graph.model.task_settings import TaskSettings

Params = dict[str, Any]
"""Of CreateTask or UpdateTask, without ARNs: JSON."""
OPTIONS: Final = {
    "PreserveDeletedFiles": "PRESERVE",
    "TransferMode": "CHANGED",
    "VerifyMode": "ONLY_FILES_TRANSFERRED",
}
"""As the original server sets them."""

NO_ROLES: Final[Mapping[str, str]] = {}
_FILTERS: Final = {"Includes": MoverSetting.INCLUDES, "Excludes": MoverSetting.EXCLUDES}
_CONFIGS: Final = {
    "ManifestConfig": MoverSetting.MANIFEST,
    "TaskReportConfig": MoverSetting.REPORT,
}


def settings_of(settings: TaskSettings, roles: Mapping[str, str] = NO_ROLES) -> Params:
    """What has to be sent for a new task. ``roles``: of its manifest and reports, by part."""
    sent: Params = {"Options": {**OPTIONS, **settings.options}}
    if settings.mode is not None:
        sent["TaskMode"] = settings.mode
    for member in _FILTERS:
        patterns = getattr(settings, member.lower())
        if patterns:
            sent[member] = _filter(patterns)
    if settings.expression is not None:
        status = "DISABLED" if settings.enabled is False else "ENABLED"
        sent["Schedule"] = {"ScheduleExpression": settings.expression, "Status": status}
    if settings.log_group_arn is not None:
        sent["CloudWatchLogGroupArn"] = settings.log_group_arn
    return sent | params_of(files_of(settings.manifest, settings.report), roles)


def update_of(change: MoverChange, task: Task, roles: Mapping[str, str] = NO_ROLES) -> Params:
    """What has to be sent for a change; empty if none of it is the task's.

    ``roles``: of a new manifest and new reports, by part.
    """
    sent: Params = {}
    if change.name is not None:
        sent["Name"] = change.name
    if change.options:
        # AWS does not say whether the options are merged or replaced: all of them are sent.
        sent["Options"] = {**task.options, **change.options}
    for member, setting in _FILTERS.items():
        patterns = getattr(change, member.lower())
        if patterns:
            sent[member] = _filter(patterns)
        elif setting in change.clear:
            sent[member] = []
    if (schedule := _schedule(change, task)) is not None:
        sent["Schedule"] = schedule
    if change.log_group_arn is not None:
        sent["CloudWatchLogGroupArn"] = change.log_group_arn
    sent |= params_of(files_of(change.manifest, change.report), roles)
    return sent | {member: {} for member, setting in _CONFIGS.items() if setting in change.clear}


def restoring(sent: Params, task: Task) -> Params:
    """What has to be sent to undo an update of the task as it was before.

    A task that had no log group keeps the new one: AWS cannot remove it.
    """
    before = task.described
    empty: Params = {
        "Name": task.name,
        "Includes": [],
        "Excludes": [],
        "Schedule": {"ScheduleExpression": ""},
        "ManifestConfig": {},
        "TaskReportConfig": {},
    }
    found = {member: before.get(member) or empty.get(member) for member in sent}
    return {member: value for member, value in found.items() if value is not None}


async def update_task(gateway: ArnGateway, task_arn: str, params: Params) -> None:
    """Changes a task. Repeating the call changes nothing more."""
    aws = gateway.of(task_arn)
    aws.caches.task_facts.pop(task_arn, None)
    await aws.call("datasync", Access.MANAGE, "update_task", TaskArn=task_arn, **params)
    aws.caches.task_facts.pop(task_arn, None)


def _filter(patterns: tuple[str, ...]) -> list[dict[str, str]]:
    """The one rule that a filter may have, which joins the patterns."""
    return [{"FilterType": "SIMPLE_PATTERN", "Value": "|".join(patterns)}]


def _schedule(change: MoverChange, task: Task) -> Params | None:
    """The expression is required with each change, and an empty one removes the schedule."""
    if MoverSetting.SCHEDULE in change.clear:
        return {"ScheduleExpression": ""}
    if change.expression is None and change.enabled is None:
        return None
    before = task.schedule
    expression = change.expression or (before.expression if before else "")
    enabled = change.enabled
    if enabled is None:
        enabled = before is None or before.status != "DISABLED"
    return {"ScheduleExpression": expression, "Status": "ENABLED" if enabled else "DISABLED"}
