"""The input of an update of a mover, and its conversion."""

from __future__ import annotations

from typing import Final

import strawberry

from graph.model.change import MoverChange, MoverSetting
from graph.schema.enums import describe
from graph.schema.override_inputs import TransferOptionsInput, options_of, patterns_of, tags_of
from graph.schema.scalars import Arn
from graph.schema.tag import TagInput
from graph.schema.task_file_inputs import (
    ManifestInput,
    TaskReportInput,
    manifest_of,
    report_of,
)
from graph.task_settings.changes import check_change

_LEFT: Final = "Absent: it stays as it is."

describe(
    MoverSetting,
    "MoverSetting",
    "What can be removed from a mover.",
    {
        "TAGS": "All tags but the server's own and those of AWS.",
        "INCLUDES": "The filter of the files to transfer: all are.",
        "EXCLUDES": "The filter of the files to leave out: none are.",
        "SCHEDULE": "The schedule: only a start runs the mover.",
        "MANIFEST": "The manifest: what is transferred depends on the filters.",
        "REPORT": "The task report: none is written.",
    },
)


@strawberry.input(description="When DataSync starts the mover by itself.")
class ScheduleInput:
    expression: str | None = strawberry.field(
        default=None,
        description="`rate(n hours)`, `rate(n days)`, or `cron(..)` with the five fields of Unix "
        "or the six of EventBridge, in UTC, with at least an hour between two runs. " + _LEFT,
    )
    enabled: bool | None = strawberry.field(
        default=None,
        description="Whether it starts the mover; false pauses it. Absent: as before, or true for "
        "a mover that had no schedule.",
    )


@strawberry.input(
    description="The mover to change, and what of it. What is absent stays as it is; `clear` "
    "removes."
)
class UpdateMoverInput:
    mover: strawberry.ID = strawberry.field(
        description="The global id of the mover, as in `Mover.id`. A mover that is gone is "
        "NOT_FOUND."
    )
    name: str | None = strawberry.field(
        default=None,
        description="A new name, unique in its group: 1 to 40 letters, digits and hyphens. "
        + _LEFT,
    )
    tags: list[TagInput] | None = strawberry.field(
        default=None,
        description="All tags that the mover is to have besides the server's own, up to 44, on the "
        "task and on the locations and roles that were created with it. " + _LEFT,
    )
    options: TransferOptionsInput | None = strawberry.field(
        default=None, description="The options that change; the others stay as they are."
    )
    includes: list[str] | None = strawberry.field(
        default=None,
        description="Patterns of the files to transfer, such as `/photos`, instead of the present "
        "ones. Each begins with a slash and may end with a `*`. " + _LEFT,
    )
    excludes: list[str] | None = strawberry.field(
        default=None,
        description="Patterns of the files to leave out, such as `*.tmp`, instead of the present "
        "ones. " + _LEFT,
    )
    schedule: ScheduleInput | None = strawberry.field(
        default=None, description="A new schedule, or whether the present one is paused. " + _LEFT
    )
    log_group_arn: Arn | None = strawberry.field(
        default=None,
        description="The ARN of the CloudWatch log group to log to. AWS cannot remove it: set the "
        "option `logLevel` to OFF. " + _LEFT,
    )
    manifest: ManifestInput | None = strawberry.field(
        default=None,
        description="A list of the files to transfer, instead of the present one. Rejected as "
        "CONFLICT while a run uses that. " + _LEFT,
    )
    report: TaskReportInput | None = strawberry.field(
        default=None,
        description="Where runs write their reports, instead of the present place. Rejected as "
        "CONFLICT while a run uses that. " + _LEFT,
    )
    clear: list[MoverSetting] = strawberry.field(
        default_factory=list, description="What to remove. Nothing of it can be set as well."
    )
    if_unchanged_since: str | None = strawberry.field(
        default=None,
        description="`Mover.version` as you have read it: rejected as CONFLICT if the mover has "
        "been changed since. Absent: the mover is changed in any case.",
    )


def mover_change(given: UpdateMoverInput) -> MoverChange:
    """Raises Invalid, with the path of the input, for what no mover allows."""
    tags = tags_of(given.tags, "tags")
    schedule = given.schedule or ScheduleInput()
    change = MoverChange(
        name=given.name,
        tags=None if given.tags is None else tags,
        options=options_of(given.options),
        includes=patterns_of(given.includes, "includes"),
        excludes=patterns_of(given.excludes, "excludes"),
        expression=schedule.expression,
        enabled=schedule.enabled,
        log_group_arn=given.log_group_arn,
        manifest=manifest_of(given.manifest),
        report=report_of(given.report),
        clear=frozenset(given.clear),
        if_unchanged_since=given.if_unchanged_since,
    )
    check_change(change)
    return change
