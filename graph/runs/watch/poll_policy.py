"""How often a run is polled, and how long a watch waits before it gives up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.model.run import Run

_MOVING: Final = frozenset({"PREPARING", "TRANSFERRING", "VERIFYING", "CANCELLING"})


@dataclass(frozen=True, slots=True)
class PollPolicy:
    """When a run is polled. All values are seconds, except ``per_second``."""

    moving: float = 1.0
    """Between two polls while counters move."""
    still: float = 5.0
    """The longest pause between two polls while nothing moves."""
    throttled: float = 30.0
    """The longest pause between two polls while AWS throttles or fails."""
    linger: float = 5.0
    """How long a watch continues after its last follower has left."""
    stalled: float = 60.0
    """A run whose counters have not changed for this long counts as stalled."""
    patience: float = 60.0
    """The followers get an error once AWS has failed for this long without a break. Throttling does
    not count as a failure."""
    call: float = 20.0
    """The longest that one poll may take."""
    per_second: float = 5.0
    """Polls of all runs of an account and region together, by all processes that share watches. The
    first poll of a watch, which answers a request, does not count."""

    def after(self, run: Run, last: float, *, changed: bool) -> float:
        """The pause until the next poll; ``last`` is the pause before this one."""
        if changed and run.status in _MOVING:
            return self.moving
        return min(self.still, max(self.moving, last * 1.5))

    def after_failure(self, last: float) -> float:
        """The same after a poll that failed."""
        return min(self.throttled, max(self.moving, last * 2))
