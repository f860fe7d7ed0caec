"""The time of the store: what is stored is ordered and expires by it, so it never goes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_CORRECTION: Final = 86_400.0
"""Seconds. A source that is further behind corrects an earlier error and is followed."""


class StoreClock:
    """Seconds since the epoch by a source that may be set back: the host or the database.

    Between two readings of the source it advances by the monotonic clock. While the source is
    behind, it advances by that alone. Thread-safe enough for its use: a lost update is repeated by
    the next reading.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._anchor, self._read_at = 0.0, monotonic()

    def now(self) -> float:
        return self._anchor + self._monotonic() - self._read_at

    def follow(self, source: float) -> float:
        """Takes a reading of the source into account, and returns the time."""
        now = self.now()
        if source > now or now - source > _CORRECTION:
            self._anchor, self._read_at = source, self._monotonic()
        return self.now()
