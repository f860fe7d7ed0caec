"""Whether a mover can be changed as a caller wants, and the version that the change is based on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Final

from graph.model import names
from graph.model.change import MoverChange, MoverSetting
from graph.model.errors import Conflict, Invalid, InvalidReason
from graph.model.mover import HIDDEN_TAGS, Tag, Task
from graph.task_settings.rules import (
    check_combination,
    check_filter,
    check_log_group,
    check_options,
    check_schedule,
)
from graph.task_settings.task_files import check_manifest, check_report, check_with_manifest

_VERSION: Final = 32
"""Hexadecimal digits."""


def check_change(change: MoverChange) -> None:
    """Raises Invalid, with the path in the input, for what no mover allows, but of tags."""
    set_to = _set(change)
    if not (set_to or change.clear):
        text = "Nothing is to be changed. Set a member, or name one in `clear`."
        raise Invalid(text, reason=InvalidReason.MISSING)
    if both := sorted(setting.value for setting in change.clear if setting in set_to):
        named = both[0]
        raise Invalid(f"{named} is to be set and cleared.", path=("clear",))
    if change.name is not None:
        names.mover_name(change.name)
    check_options(change.options, ("options",))
    check_filter(change.includes, ("includes",))
    check_filter(change.excludes, ("excludes",))
    if change.expression is not None:
        check_schedule(change.expression, ("schedule", "expression"))
    if change.log_group_arn is not None:
        check_log_group(change.log_group_arn, None, ("logGroupArn",))
    check_manifest(change.manifest)
    check_report(change.report)


def check_change_of(change: MoverChange, task: Task) -> None:
    """Raises Invalid for what contradicts the rest of the mover."""
    check_combination(change.options, task.options, task.mode, ("options",))
    if change.log_group_arn is not None:
        check_log_group(change.log_group_arn, task.mode, ("logGroupArn",))
    if change.enabled is not None and change.expression is None and task.schedule is None:
        text = "The mover has no schedule. Give an expression."
        raise Invalid(text, path=("schedule", "enabled"), reason=InvalidReason.MISSING)
    if change.manifest is not None:
        check_with_manifest({**task.options, **change.options}, _filters(change, task))
        return
    if not task.described.get("ManifestConfig") or MoverSetting.MANIFEST in change.clear:
        return
    for name in ("includes", "excludes"):
        if getattr(change, name):
            text = "The mover has a manifest, with which it cannot have filters. Clear MANIFEST."
            raise Invalid(text, path=(name,))
    if change.options.get("PreserveDeletedFiles") == "REMOVE":
        text = "The mover has a manifest, with which nothing is deleted. Clear MANIFEST."
        raise Invalid(text, path=("options", "preserveDeletedFiles"))


def _filters(change: MoverChange, task: Task) -> list[str]:
    """The filters that the mover will have."""
    cleared = {MoverSetting.INCLUDES: "includes", MoverSetting.EXCLUDES: "excludes"}
    gone = {name for setting, name in cleared.items() if setting in change.clear}
    return [
        name
        for name in ("includes", "excludes")
        if getattr(change, name) or (getattr(task, name) and name not in gone)
    ]


def require_unchanged(change: MoverChange, task: Task, tags: Iterable[Tag]) -> None:
    """Raises Conflict if the mover is not as the caller has seen it."""
    seen = change.if_unchanged_since
    if seen is not None and seen != version_of(task, tags):
        raise Conflict("The mover has been changed since. Read it again before you change it.")


def version_of(task: Task, tags: Iterable[Tag]) -> str:
    """A text that differs whenever what an update can change of a mover differs."""
    schedule = task.schedule
    shown = [
        task.name,
        sorted([tag.key, tag.value] for tag in tags if tag.key not in HIDDEN_TAGS),
        dict(task.options),
        [list(task.includes), list(task.excludes)],
        schedule and [schedule.expression, schedule.status],
        task.log_group_arn,
        [task.described.get(name) or None for name in ("ManifestConfig", "TaskReportConfig")],
    ]
    text = json.dumps(shown, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION]


def _set(change: MoverChange) -> frozenset[MoverSetting | None]:
    """What is set; None stands for what cannot be cleared."""
    given = {
        MoverSetting.TAGS: change.tags is not None,
        MoverSetting.INCLUDES: bool(change.includes),
        MoverSetting.EXCLUDES: bool(change.excludes),
        MoverSetting.SCHEDULE: change.expression is not None or change.enabled is not None,
        MoverSetting.MANIFEST: change.manifest is not None,
        MoverSetting.REPORT: change.report is not None,
        None: bool(change.name is not None or change.options or change.log_group_arn),
    }
    return frozenset(setting for setting, is_set in given.items() if is_set)
