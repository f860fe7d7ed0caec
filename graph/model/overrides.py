"""What one run does differently from its mover."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from graph.model.mover import Tag
from graph.model.task_files import MANIFEST, REPORT, ManifestSpec, ReportSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOverrides:
    """Everything that is absent is as the mover has it."""

    options: Mapping[str, str | int] = field(default_factory=dict)
    """By AWS's names."""
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    """The caller's tags of the run, which has none of its mover's."""
    manifest: ManifestSpec | None = None
    report: ReportSpec | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for equal overrides; empty if there are none. By it, idempotency keys compare."""
        if self == NO_OVERRIDES:
            return ""
        told: list[object] = [self.options, self.includes, self.excludes]
        if self.tags:  # else it is the text of earlier releases
            told.append(sorted([tag.key, tag.value] for tag in self.tags))
        files = {MANIFEST: self.manifest, REPORT: self.report}
        if any(files.values()):
            told.append({part: asdict(spec) for part, spec in files.items() if spec})
        return json.dumps(told, sort_keys=True)


NO_OVERRIDES: Final = RunOverrides()
