"""How a task transfers: what a create sets beyond its two ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.model.task_files import ManifestSpec, ReportSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSettings:
    """What is absent is as the original server creates tasks."""

    mode: str | None = None
    """BASIC, ENHANCED, or AUTO until the mode is chosen. None: BASIC, where DataSync allows it."""
    options: Mapping[str, str | int] = field(default_factory=dict)
    """By AWS's names."""
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    expression: str | None = None
    """Of the schedule."""
    enabled: bool | None = None
    """Whether the schedule starts the mover; None with an expression: yes."""
    log_group_arn: str | None = None
    manifest: ManifestSpec | None = None
    report: ReportSpec | None = None


NO_SETTINGS: Final = TaskSettings()
