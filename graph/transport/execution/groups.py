"""Groups of subscribers that ask for the same: what they follow is executed and encoded once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from typing import Generic, TypeVar

from graph.concurrency import Mailbox

T = TypeVar("T")


class _Group(Generic[T]):
    """Owns the task that reads the source."""

    def __init__(self, source: AsyncGenerator[T, None], ended: Callable[[], None]) -> None:
        self._members: set[Mailbox[T]] = set()
        self._newest: T | None = None
        self._ended = ended
        self._task = asyncio.create_task(self._read(source))

    def join(self) -> Mailbox[T]:
        member: Mailbox[T] = Mailbox()
        if self._newest is not None:
            member.put(self._newest)
        self._members.add(member)
        return member

    async def leave(self, member: Mailbox[T]) -> None:
        """The last to leave closes the source."""
        self._members.discard(member)
        if not self._members:
            self._ended()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self, source: AsyncGenerator[T, None]) -> None:
        try:
            async with aclosing(source):
                async for payload in source:
                    self._newest = payload
                    for member in self._members:
                        member.put(payload)
        finally:
            self._ended()  # before anybody else can join
            for member in self._members:
                member.close()


class Groups(Generic[T]):
    """A group by key, as long as somebody is in it and its source goes on."""

    def __init__(self) -> None:
        self._live: dict[Hashable, _Group[T]] = {}

    def __len__(self) -> int:
        return len(self._live)

    async def follow(
        self, key: Hashable, source: Callable[[], AsyncGenerator[T, None]]
    ) -> AsyncGenerator[T, None]:
        """The newest that the group has, if it is not new, and what comes then."""
        group = self._live.get(key) or self._begin(key, source())
        member = group.join()
        try:
            async for payload in member:
                yield payload
        finally:
            await group.leave(member)

    def _begin(self, key: Hashable, source: AsyncGenerator[T, None]) -> _Group[T]:
        def ended() -> None:
            if self._live.get(key) is group:
                del self._live[key]

        group = _Group(source, ended)
        self._live[key] = group
        return group
