"""Mailboxes that one reader empties together."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Generic, Self, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Pigeonholes(Generic[K, T]):
    """Holds the newest value of each key, in the order in which they came; iterated by one reader.

    A value that the reader has not taken yet is replaced by the next one of its key. An error ends
    the iteration once the values that came before have been read.
    """

    def __init__(self) -> None:
        self._held: dict[K, T] = {}
        self._error: Exception | None = None
        self._changed = asyncio.Event()

    def hole(self, key: K) -> Pigeonhole[K, T]:
        """Where the values of a key are put."""
        return Pigeonhole(self, key)

    def put(self, key: K, value: T) -> None:
        self._held.pop(key, None)
        self._held[key] = value
        self._changed.set()

    def fail(self, error: Exception) -> None:
        """The first error counts."""
        self._error = self._error or error
        self._changed.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        await self._changed.wait()
        if self._held:
            value = self._held.pop(next(iter(self._held)))
            if not self._held and self._error is None:
                self._changed.clear()
            return value
        if self._error is None:
            raise RuntimeError("pigeonholes have one reader, and these have two")
        raise self._error


class Pigeonhole(Generic[K, T]):
    """Written to as a ``Mailbox`` is."""

    def __init__(self, holes: Pigeonholes[K, T], key: K) -> None:
        self._holes, self._key = holes, key

    def put(self, value: T) -> None:
        self._holes.put(self._key, value)

    def close(self, error: Exception | None = None) -> None:
        """An error is that of all."""
        if error is not None:
            self._holes.fail(error)
