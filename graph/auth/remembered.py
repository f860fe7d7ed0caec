"""What was verified a short while ago: bounded, expiring, never by the token itself."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Remembered(Generic[V]):
    """Keyed by a digest with a salt of the process: a dump of it gives no token away."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._salt = secrets.token_bytes(16)
        self._kept: OrderedDict[bytes, tuple[float, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: bytes) -> V | None:
        self._expire()
        entry = self._kept.get(self._digest(token))
        return None if entry is None else entry[1]

    def put(self, token: bytes, value: V) -> None:
        """The oldest gives way. A lookup does not renew: entries stay in order of their end."""
        digest = self._digest(token)
        self._kept.pop(digest, None)
        self._kept[digest] = (self._clock() + self._seconds, value)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        self._kept.clear()

    def _expire(self) -> None:
        now = self._clock()
        while self._kept and next(iter(self._kept.values()))[0] <= now:
            self._kept.popitem(last=False)

    def _digest(self, token: bytes) -> bytes:
        return hashlib.blake2b(token, key=self._salt).digest()
