"""A mailbox that holds only the newest value, so that a slow reader never causes a queue."""

from __future__ import annotations

import asyncio
from typing import Generic, Protocol, Self, TypeVar

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Inbox(Protocol[T_contra]):
    """What a writer needs to know of a mailbox."""

    def put(self, value: T_contra, /) -> None:
        """Replaces a value that was not taken yet."""
        ...

    def close(self, error: Exception | None = None) -> None:
        """No value follows."""
        ...


class Mailbox(Generic[T]):
    """Written by any number of writers, iterated over by one reader.

    A value that the reader has not taken yet is replaced by the next one. After ``close`` the
    reader still gets the last value; then its iteration ends, or raises the error of ``close``.
    """

    def __init__(self) -> None:
        self._newest: list[T] = []
        self._closed = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None

    def put(self, value: T) -> None:
        self._newest = [value]
        self._wake()

    def close(self, error: Exception | None = None) -> None:
        """The first call decides how the iteration ends; further calls change nothing."""
        if not self._closed:
            self._closed, self._error = True, error
        self._wake()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._reader is not None:
            raise RuntimeError("a mailbox has one reader, and this one has two")
        while not (self._newest or self._closed):
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if self._newest:
            return self._newest.pop()
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
