"""The delays, quotas and inconsistencies that the sandbox simulates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Pace:
    """In seconds and bytes per second. Changes take effect from the next step on."""

    bandwidth: float = 4 * 1024 * 1024
    launch: float = 1.0
    """From the start of a run to PREPARING."""
    phase: float = 0.5
    """Before the work of each phase."""
    per_object: float = 0.005
    listing: float = 0.0002
    verifying: float = 0.001
    creating: float = 0.0
    """How long a new task is CREATING."""
    propagation: float = 0.0
    """How long a new role or policy is unknown to DataSync."""
    tagging_lag: float = 0.0
    """How long a new or newly tagged resource is missing from the tagging API."""
    ghosts: float = 0.0
    """How long a deleted resource stays in the tagging API."""
    tasks: int = 100
    """Quota of an account in a region."""
    queued_runs: int = 50
    """Quota of a task."""
    schedule_failures: int = 3
    """After how many runs that failed for the same reason the service disables a schedule; AWS does
    not say."""
    keeps_current_run: bool = True
    """Whether DescribeTask still names the latest run after its end; AWS may do either."""


PACE = Pace()


def set_pace(**changes: float) -> None:
    """Changes some values. Raises AttributeError for an unknown name."""
    for name, value in changes.items():
        getattr(PACE, name)
        setattr(PACE, name, value)
