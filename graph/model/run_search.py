"""Which runs of a mover are searched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from graph.model.run import Outcome, Run, RunRef
from graph.model.words import RunStatus


class RunOrderField(Enum):
    REQUESTED_AT = "REQUESTED_AT"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Selects runs. Members that are None match everything; those that are set must all match."""

    status: frozenset[RunStatus] | None = None
    outcome: frozenset[Outcome] | None = None
    """Of runs that have ended."""
    since: datetime | None = None
    """Requested at that time or later."""
    until: datetime | None = None
    """Requested before that time."""

    def may_admit(self, ref: RunRef) -> bool:
        """Whether a run can match, as far as its entry in the list shows."""
        status_fits = self.status is None or RunStatus(ref.status) in self.status
        return status_fits and (self.outcome is None or ref.ended)

    def admits(self, run: Run) -> bool:
        """Whether the outcome of a run matches."""
        return self.outcome is None or run.outcome in self.outcome

    def spans(self, run: Run) -> bool:
        """Whether a run was requested within the times."""
        at = run.requested_at
        if at is None:
            return self.since is None and self.until is None
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    def text(self) -> str:
        """Equal for equal filters, and for no others."""
        sets = [
            None if each is None else sorted(member.name for member in each)
            for each in (self.status, self.outcome)
        ]
        times = [None if each is None else each.timestamp() for each in (self.since, self.until)]
        return json.dumps([*sets, *times])


ALL_RUNS: Final = RunFilter()
