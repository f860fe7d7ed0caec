"""What an update changes of a mover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from graph.model.mover import Tag
from graph.model.task_files import ManifestSpec, ReportSpec


class MoverSetting(Enum):
    """What can be removed from a mover."""

    TAGS = "TAGS"
    INCLUDES = "INCLUDES"
    EXCLUDES = "EXCLUDES"
    SCHEDULE = "SCHEDULE"
    MANIFEST = "MANIFEST"
    REPORT = "REPORT"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoverChange:
    """What is absent stays as it is."""

    name: str | None = None
    tags: tuple[Tag, ...] | None = None
    """All tags that the caller wants on the mover, without the server's own."""
    options: Mapping[str, str | int] = field(default_factory=dict)
    """By AWS's names."""
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    expression: str | None = None
    """Of the schedule."""
    enabled: bool | None = None
    """Whether the schedule starts the mover; absent with an expression: as before, or enabled."""
    log_group_arn: str | None = None
    manifest: ManifestSpec | None = None
    report: ReportSpec | None = None
    clear: frozenset[MoverSetting] = frozenset()
    if_unchanged_since: str | None = None
    """The version of the mover that the caller has seen."""

    @property
    def wanted_tags(self) -> tuple[Tag, ...] | None:
        """The caller's tags after the change; None if they stay as they are."""
        return () if MoverSetting.TAGS in self.clear else self.tags
