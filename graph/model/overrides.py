"""What one run does differently from its mover."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOverrides:
    """Everything that is absent is as the mover has it."""

    options: Mapping[str, str | int] = field(default_factory=dict)
    """By AWS's names."""
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal for equal overrides; empty if there are none. By it, idempotency keys compare."""
        if not (self.options or self.includes or self.excludes):
            return ""
        return json.dumps([self.options, self.includes, self.excludes], sort_keys=True)


NO_OVERRIDES: Final = RunOverrides()
