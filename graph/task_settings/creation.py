"""Whether a task can be created with the settings that a caller wants, and in which mode."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from graph.model.ends import End
from graph.model.errors import Invalid, InvalidReason
from graph.model.task_settings import TaskSettings
from graph.task_settings.end_rules import (
    check_ends,
    check_mode,
    needs_enhanced,
    prefers_enhanced,
)
from graph.task_settings.rules import (
    DEFAULTS,
    check_combination,
    check_filter,
    check_log_group,
    check_options,
    check_schedule,
)
from graph.task_settings.task_files import (
    check_manifest,
    check_report,
    check_report_place,
    check_with_manifest,
)

AUTO: Final = "AUTO"
_OPTIONS: Final = ("options",)


def check_settings(settings: TaskSettings) -> None:
    """Raises Invalid, with the path in the input, for what no mover allows."""
    check_options(settings.options, _OPTIONS)
    check_filter(settings.includes, ("includes",))
    check_filter(settings.excludes, ("excludes",))
    if settings.expression is not None:
        check_schedule(settings.expression, ("schedule", "expression"))
    elif settings.enabled is not None:
        text = "A new mover has no schedule to enable. Give an expression."
        raise Invalid(text, path=("schedule", "enabled"), reason=InvalidReason.MISSING)
    if settings.log_group_arn is not None:
        check_log_group(settings.log_group_arn, None, ("logGroupArn",))
    check_manifest(settings.manifest)
    check_report(settings.report)
    if settings.manifest is not None:
        filters = [name for name in ("includes", "excludes") if getattr(settings, name)]
        check_with_manifest(settings.options, filters)


def with_mode(settings: TaskSettings, ends: tuple[End, End]) -> TaskSettings:
    """The settings with the mode that they have between these ends.

    Raises Invalid for what contradicts the ends, the mode or each other.
    """
    check_ends(settings.options, ends, _OPTIONS)
    bucket = settings.report.bucket_arn if settings.report else None
    check_report_place(settings.options, bucket, ends[1], ("report", "bucketArn"))
    mode = _mode(settings, ends)
    _check_in(mode, settings, ends)
    return settings if mode == settings.mode else replace(settings, mode=mode)


def _mode(settings: TaskSettings, ends: tuple[End, End]) -> str | None:
    if settings.mode is None:
        return "ENHANCED" if needs_enhanced(ends) else None
    if settings.mode != AUTO:
        return settings.mode
    if not prefers_enhanced(ends):
        return "BASIC"
    if needs_enhanced(ends):
        return "ENHANCED"
    try:
        _check_in("ENHANCED", settings, ends)
    except Invalid:  # the settings are those of the other mode
        return "BASIC"
    return "ENHANCED"


def _check_in(mode: str | None, settings: TaskSettings, ends: tuple[End, End]) -> None:
    mode = mode or "BASIC"
    check_mode(mode, ends, ("mode",))
    check_combination(settings.options, DEFAULTS, mode, _OPTIONS)
    if settings.log_group_arn is not None:
        check_log_group(settings.log_group_arn, mode, ("logGroupArn",))
