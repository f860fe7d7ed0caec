"""Bounds how many rejections of one key are stored: they cost their sender next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_BURST: Final = 1_000
"""Rejections of a key that are stored one after another."""
_SECONDS: Final = 30.0
"""After how long one more is stored: at most 2,880 a day."""
_MANY: Final = 10_000
"""Keys and subjects of tokens, from which those that may store a whole burst are forgotten."""


class RefusalLimit:
    """One leaky bucket per key or subject of a token. ``clock`` returns seconds."""

    def __init__(
        self, clock: Callable[[], float], *, burst: int = _BURST, seconds: float = _SECONDS
    ) -> None:
        self._clock, self._burst, self._seconds = clock, burst, seconds
        self._empty_at: dict[str, float] = {}
        """When each bucket is empty again, so that a whole burst is stored."""

    def admits(self, key: str) -> bool:
        """Counts a rejection of a key. False if it is one too many to be stored."""
        now = self._clock()
        until = max(now, self._empty_at.get(key, now)) + self._seconds
        if until - now > self._burst * self._seconds:
            return False
        if len(self._empty_at) >= _MANY:
            self._empty_at = {name: at for name, at in self._empty_at.items() if at > now}
        self._empty_at[key] = until
        return True
