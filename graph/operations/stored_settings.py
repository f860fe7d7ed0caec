"""Settings of tasks as stored operations have them. Names of members are the format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from graph.model.task_files import ManifestSpec, ReportSpec
from graph.model.task_settings import TaskSettings


def plain(settings: TaskSettings) -> dict[str, Any]:
    """As JSON, without what is absent, so that equal settings are stored equally."""
    given = {
        "mode": settings.mode,
        "options": dict(sorted(settings.options.items())),
        "includes": list(settings.includes),
        "excludes": list(settings.excludes),
        "expression": settings.expression,
        "enabled": settings.enabled,
        "log_group_arn": settings.log_group_arn,
        "manifest": plain_file(settings.manifest),
        "report": plain_file(settings.report),
    }
    return {name: value for name, value in given.items() if value not in (None, {}, [])}


def read(given: Mapping[str, Any]) -> TaskSettings:
    """Raises KeyError, TypeError or ValueError for anything but stored settings."""
    return TaskSettings(
        mode=given.get("mode"),
        options=dict(given.get("options", {})),
        includes=tuple(given.get("includes", ())),
        excludes=tuple(given.get("excludes", ())),
        expression=given.get("expression"),
        enabled=given.get("enabled"),
        log_group_arn=given.get("log_group_arn"),
        manifest=read_manifest(given.get("manifest")),
        report=read_report(given.get("report")),
    )


def plain_file(spec: ManifestSpec | ReportSpec | None) -> dict[str, Any] | None:
    """As JSON, without what is absent. None for None."""
    if spec is None:
        return None
    return {name: value for name, value in asdict(spec).items() if value is not None}


def read_manifest(given: Mapping[str, Any] | None) -> ManifestSpec | None:
    """Raises TypeError for anything but a stored manifest or None."""
    return None if given is None else ManifestSpec(**given)


def read_report(given: Mapping[str, Any] | None) -> ReportSpec | None:
    """Raises TypeError for anything but a stored report or None."""
    return None if given is None else ReportSpec(**given)
