"""Results of verified tokens: bounded, expiring, and never stored under the token itself."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Generic, TypeVar

from cachetools import TTLCache

V = TypeVar("V")


class TokenCache(Generic[V]):
    """Keyed by a digest with a salt of the process, so that a dump of it contains no token.

    A lookup does not prolong an entry. If it is full, the least recently used entry is dropped.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._salt = secrets.token_bytes(16)
        self._kept: TTLCache[bytes, V] = TTLCache(most, seconds, timer=clock)

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: bytes) -> V | None:
        return self._kept.get(self._digest(token))

    def put(self, token: bytes, value: V) -> None:
        self._kept[self._digest(token)] = value

    def clear(self) -> None:
        self._kept.clear()

    def _digest(self, token: bytes) -> bytes:
        return hashlib.blake2b(token, key=self._salt).digest()
