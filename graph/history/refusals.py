"""Bounds how many refusals of one key are stored: a refused request costs its sender nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_BURST: Final = 200
"""Refusals of a key that are stored one after another."""
_SECONDS: Final = 30.0
"""After how long one more is stored: at most 2,880 a day."""


class RefusalLimit:
    """One leaky bucket per key. There are as many as configured keys. ``clock`` returns seconds."""

    def __init__(
        self, clock: Callable[[], float], *, burst: int = _BURST, seconds: float = _SECONDS
    ) -> None:
        self._clock, self._burst, self._seconds = clock, burst, seconds
        self._empty_at: dict[str, float] = {}
        """When each bucket is empty again, so that a whole burst is stored."""

    def admits(self, key: str) -> bool:
        """Counts a refusal of a key. False if it is one too many to be stored."""
        now = self._clock()
        until = max(now, self._empty_at.get(key, now)) + self._seconds
        if until - now > self._burst * self._seconds:
            return False
        self._empty_at[key] = until
        return True
