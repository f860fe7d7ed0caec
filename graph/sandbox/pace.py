"""How slow, how strict and how forgetful the sandbox pretends to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Pace:
    """Seconds, and bytes per second. Changed while it serves, it counts from the next step on."""

    bandwidth: float = 4 * 1024 * 1024
    launch: float = 1.0
    """From the start of a run to PREPARING."""
    phase: float = 0.5
    """Before the work of each phase."""
    per_object: float = 0.005
    listing: float = 0.0002
    verifying: float = 0.001
    creating: float = 0.0
    """A new task is CREATING for so long."""
    propagation: float = 0.0
    """A new role, or a new policy of it, is unknown to DataSync for so long."""
    tagging_lag: float = 0.0
    """What was made or tagged is missing from the tagging API for so long."""
    ghosts: float = 0.0
    """What was deleted stays in the tagging API for so long."""
    tasks: int = 100
    """Quota of an account in a region."""
    queued_runs: int = 50
    """Quota of a task."""
    keeps_current_run: bool = True
    """Whether DescribeTask still names the latest run once that has ended; AWS may do either."""


PACE = Pace()


def set_pace(**changes: float) -> None:
    """Changes some of it. Raises AttributeError for a name that it has not."""
    for name, value in changes.items():
        getattr(PACE, name)
        setattr(PACE, name, value)
