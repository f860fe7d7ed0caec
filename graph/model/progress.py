"""The progress of a run, computed from its counters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graph.model.run import Run

_TOTALS_FINAL: Final = {
    "BASIC": frozenset({"TRANSFERRING", "VERIFYING"}),
    "ENHANCED": frozenset({"VERIFYING"}),
}
"""By mode, the statuses with final totals. BASIC fixes them at the end of PREPARING; ENHANCED lists
as long as it transfers. A run may be CANCELLING before that. Neither then nor for a mode or status
that AWS may add do totals count as final."""
_MEASURED: Final = frozenset({"TRANSFERRING", "VERIFYING", "CANCELLING", "ERROR"})
"""The statuses in which counters show how much of the work is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One observation of a run. Rates and time left are None until a watch has made two."""

    sequence: int
    """Grows with each change that the watch observes, from a random start; 0 outside a watch."""
    phase: str
    percent: float | None
    """0 to 100; None until there is a total to compare with."""
    totals_final: bool
    """Whether AWS has finished counting the work."""
    bytes_per_second: float | None = None
    files_per_second: float | None = None
    seconds_left: float | None = None
    basis: str | None = None
    """What percent and time left are computed from: BYTES, FILES, or HISTORY for a time left that
    follows from earlier runs."""
    queued_seconds: float | None = None
    """From the request to the launch, or so far."""
    elapsed_seconds: float | None = None
    stalled_since: datetime | None = None
    """Since when no counter has changed, once that has lasted unusually long."""
    observed_at: datetime


def measure(run: Run, observed_at: datetime) -> Progress:
    """The progress of a run from a single observation, without rates."""
    basis, share = _share(run)
    until = run.ended_at or observed_at
    return Progress(
        sequence=0,
        phase=run.status,
        percent=None if share is None else round(100 * share, 2),
        totals_final=totals_final(run),
        basis=basis,
        elapsed_seconds=_seconds(run.launched_at or run.requested_at, until),
        queued_seconds=_seconds(run.requested_at, run.launched_at or until),
        observed_at=observed_at,
    )


def _seconds(since: datetime | None, until: datetime) -> float | None:
    """By AWS's clock and this server's, which may differ."""
    return None if since is None else max(0.0, (until - since).total_seconds())


def totals_final(run: Run) -> bool:
    """Whether AWS has found everything there is to do; always true once the run has ended."""
    return run.ended or run.status in _TOTALS_FINAL.get(run.mode, frozenset())


def _share(run: Run) -> tuple[str | None, float | None]:
    """How much of the work is done, by bytes if there are any, else by files."""
    if run.status == "SUCCESS":
        return ("BYTES" if run.counters.bytes_estimated else "FILES"), 1.0
    if run.status not in _MEASURED:
        return None, None
    for basis, done, total in (
        ("BYTES", run.counters.bytes_transferred, run.counters.bytes_estimated),
        ("FILES", run.counters.files_transferred, run.counters.files_estimated),
    ):
        if total:
            return basis, min(1.0, (done or 0) / total)
    return None, None
