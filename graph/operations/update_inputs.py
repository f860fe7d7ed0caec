"""What was asked of an update, as it is stored: a member of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.model.change import MoverChange, MoverSetting
from graph.model.mover import Tag
from graph.operations.stored_settings import plain_file, read_manifest, read_report


@dataclass(frozen=True, slots=True)
class UpdateInput:
    task_arn: str
    change: MoverChange


def has_files(change: MoverChange) -> bool:
    """Whether earlier servers would leave out a part of the change."""
    return change.manifest is not None or change.report is not None


def stored_update(given: UpdateInput) -> dict[str, Any]:
    """JSON. The names of its members are part of the format."""
    change = given.change
    tags = change.tags
    files = {"manifest": plain_file(change.manifest), "report": plain_file(change.report)}
    return {
        "task_arn": given.task_arn,
        "name": change.name,
        "tags": None if tags is None else [[tag.key, tag.value] for tag in tags],
        "options": dict(change.options),
        "includes": list(change.includes),
        "excludes": list(change.excludes),
        "expression": change.expression,
        "enabled": change.enabled,
        "log_group_arn": change.log_group_arn,
        "clear": sorted(setting.value for setting in change.clear),
        "if_unchanged_since": change.if_unchanged_since,
        **{name: spec for name, spec in files.items() if spec is not None},
    }


def read_update(body: Mapping[str, Any]) -> UpdateInput:
    """Raises KeyError, TypeError or ValueError for anything but a stored update."""
    tags = body["tags"]
    change = MoverChange(
        name=body["name"],
        tags=None if tags is None else tuple(Tag(key, value) for key, value in tags),
        options=dict(body["options"]),
        includes=tuple(body["includes"]),
        excludes=tuple(body["excludes"]),
        expression=body["expression"],
        enabled=body["enabled"],
        log_group_arn=body["log_group_arn"],
        clear=frozenset(MoverSetting(name) for name in body["clear"]),
        if_unchanged_since=body["if_unchanged_since"],
        manifest=read_manifest(body.get("manifest")),
        report=read_report(body.get("report")),
    )
    return UpdateInput(body["task_arn"], change)
