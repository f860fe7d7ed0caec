"""How often a run is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.model.run import Run

_MOVING: Final = frozenset({"PREPARING", "TRANSFERRING", "VERIFYING", "CANCELLING"})


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds throughout."""

    moving: float = 1.0
    """Between two looks while counters move."""
    still: float = 5.0
    """The most between two looks while nothing moves."""
    throttled: float = 30.0
    """The most between two looks while AWS asks to slow down, or fails."""
    linger: float = 5.0
    """How long a watch outlives its last subscriber."""
    stalled: float = 60.0
    """Nothing moved for so long: the run is said to be stalled."""
    patience: float = 60.0
    """AWS failed for so long without a break: the subscribers are told. To ask to slow down is no
    failure."""
    call: float = 20.0
    """The most that one look may take."""
    account_calls: float = 5.0
    """Looks a second at all runs of an account together."""

    def after(self, run: Run, last: float, *, changed: bool) -> float:
        """The wait until the next look; ``last`` is the wait before this one."""
        if changed and run.status in _MOVING:
            return self.moving
        return min(self.still, max(self.moving, last * 1.5))

    def after_failure(self, last: float) -> float:
        return min(self.throttled, max(self.moving, last * 2))
