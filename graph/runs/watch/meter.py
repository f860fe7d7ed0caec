"""Computes the progress of a run from its polls: rates, time left, and whether it has stalled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import exp, expm1
from typing import Final

from graph.model.progress import Progress, measure
from graph.model.run import Counters, Run
from graph.runs.watch.poll_policy import PollPolicy

QUEUED: Final = "QUEUED"
HISTORY: Final = "HISTORY"
_SMOOTHING: Final = 10.0
"""Seconds over which a rate is smoothed."""


@dataclass(frozen=True, slots=True)
class _Rates:
    """Bytes and files per time, with equally decaying weights, so that their ratio is unbiased."""

    bytes_moved: float = 0.0
    files_moved: float = 0.0
    seconds: float = 0.0

    def after(self, byte_rise: int, file_rise: int, seconds: float) -> _Rates:
        """The rates after one more poll, ``seconds`` later."""
        fade = exp(-seconds / _SMOOTHING)
        weight = -_SMOOTHING * expm1(-seconds / _SMOOTHING)
        return _Rates(
            self.bytes_moved * fade + byte_rise / seconds * weight,
            self.files_moved * fade + file_rise / seconds * weight,
            self.seconds * fade + weight,
        )

    @property
    def bytes(self) -> float:
        return self.bytes_moved / self.seconds

    @property
    def files(self) -> float:
        return self.files_moved / self.seconds


class Meter:
    """Observes the polls of one run, in order."""

    def __init__(self, policy: PollPolicy, first: int = 1) -> None:
        """``first``: the sequence number of the first state."""
        self.policy, self._first = policy, first
        self._last: tuple[float, Run] | None = None
        self._rates: _Rates | None = None
        self._moved: tuple[float, datetime] | None = None
        self._shown: Progress | None = None
        self._gap = 1
        self.usual: float | None = None
        """Seconds that the runs of the mover usually take; None if that is not known."""
        self._news = False

    def learn(self, usual: float | None) -> None:
        """Sets what runs of the mover usually take. The next state then counts as new."""
        self.usual, self._news = usual, usual is not None

    def resume(self, run: Run, shown: Progress, monotonic: float, now: datetime) -> None:
        """Continues after a state that another process has observed."""
        moved_at = shown.stalled_since or shown.observed_at
        self._last = (monotonic - _seconds(shown.observed_at, now), run)
        self._moved = (monotonic - _seconds(moved_at, now), moved_at)
        self._shown = shown
        if shown.basis == HISTORY and shown.elapsed_seconds and shown.seconds_left:
            self.usual = shown.elapsed_seconds + shown.seconds_left

    def skip(self, gap: int) -> None:
        """The next sequence number is higher than the last one by ``gap``."""
        self._gap = gap

    def observe(self, run: Run, monotonic: float, observed_at: datetime) -> Progress:
        """The progress as of this poll."""
        before = self._shown
        changed = self._last is None or _differs(self._last[1], run)
        if self._moved is None or changed:
            self._moved = (monotonic, observed_at)
        self._rate(run, monotonic)
        progress = _onward(before, measure(run, observed_at))
        stalled_since = self._stalled(run, monotonic)
        stalls_now = stalled_since is not None and not (before and before.stalled_since)
        self._last = (monotonic, run)
        basis, seconds_left = self._estimate(run, progress)
        self._shown = replace(
            progress,
            sequence=self._sequence(before, grows=changed or stalls_now or self._news),
            basis=basis,
            bytes_per_second=self._rates.bytes if self._rates else None,
            files_per_second=self._rates.files if self._rates else None,
            seconds_left=seconds_left,
            stalled_since=stalled_since,
        )
        self._news = False
        return self._shown

    def without_answer(self, shown: Progress, monotonic: float) -> Progress:
        """The progress after a failed poll, at which the run may count as stalled."""
        stalled_since = self._last and self._stalled(self._last[1], monotonic)
        if stalled_since is None or shown.stalled_since is not None:
            return shown
        sequence = self._sequence(shown, grows=True)
        self._shown = replace(shown, sequence=sequence, stalled_since=stalled_since)
        return self._shown

    def _sequence(self, before: Progress | None, *, grows: bool) -> int:
        if before is None:
            return self._first
        gap, self._gap = (self._gap, 1) if grows else (0, self._gap)
        return before.sequence + gap

    def _rate(self, run: Run, monotonic: float) -> None:
        """Measures from the first poll that shows transferred data.

        Measured from the zero of PREPARING, the first rate would include the preparation.
        """
        before, now = self._last and self._last[1].counters, run.counters
        if self._last is None or before is None or not _has_moved(self._last[1]):
            return
        seconds = monotonic - self._last[0]
        if seconds <= 0:
            return
        self._rates = (self._rates or _Rates()).after(
            _rise(before.bytes_transferred, now.bytes_transferred),
            _rise(before.files_transferred, now.files_transferred),
            seconds,
        )

    def _estimate(self, run: Run, progress: Progress) -> tuple[str | None, float | None]:
        """The time left and what it is computed from: earlier runs as long as there is no total."""
        elapsed = progress.elapsed_seconds
        if not lacks_total(run, progress) or self.usual is None or elapsed is None:
            return progress.basis, self._seconds_left(run, progress.basis)
        left = round(self.usual - elapsed, 1)
        return (HISTORY, left) if left > 0 else (None, None)

    def _seconds_left(self, run: Run, basis: str | None) -> float | None:
        if run.ended:
            return 0.0
        if self._rates is None or basis is None:
            return None
        done, total, rate = _measured(run.counters, basis, self._rates)
        return round(max(0, total - done) / rate, 1) if rate > 0 else None

    def _stalled(self, run: Run, monotonic: float) -> datetime | None:
        if run.ended or run.status == QUEUED or self._moved is None:
            return None
        if monotonic - self._moved[0] < self.policy.stalled:
            return None
        return self._moved[1]


def lacks_total(run: Run, progress: Progress) -> bool:
    """Whether a run is under way and has nothing yet that its counters compare with."""
    waits = run.status in (QUEUED, "CANCELLING")
    return not run.ended and not waits and progress.basis in (None, HISTORY)


def _seconds(since: datetime, now: datetime) -> float:
    """Of two clocks that may differ."""
    return max(0.0, (now - since).total_seconds())


def _has_moved(run: Run) -> bool:
    return bool(run.counters.bytes_transferred or run.counters.files_transferred)


def _onward(before: Progress | None, now: Progress) -> Progress:
    """Once totals are final they stay final, even if the run is cancelled; percent never falls."""
    if before is None or not before.totals_final:
        return now
    now = replace(now, totals_final=True)
    if before.percent is None or (now.percent is not None and now.percent >= before.percent):
        return now
    return replace(now, percent=before.percent, basis=before.basis)


def _measured(counters: Counters, basis: str, rates: _Rates) -> tuple[int, int, float]:
    if basis == "BYTES":
        return counters.bytes_transferred or 0, counters.bytes_estimated or 0, rates.bytes
    return counters.files_transferred or 0, counters.files_estimated or 0, rates.files


def _rise(before: int | None, now: int | None) -> int:
    return max(0, (now or 0) - (before or 0))


def _differs(one: Run, other: Run) -> bool:
    return (one.status, one.counters, one.result) != (other.status, other.counters, other.result)
