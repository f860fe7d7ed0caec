"""Shares one call between equal reads that are in progress at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, Final

from graph.concurrency import Work, begin_work, current_work

_AFTER: Final[ContextVar[int]] = ContextVar("_AFTER", default=0)
"""The number of the last read that is too old to be joined. Tasks inherit it."""


@dataclass(frozen=True, slots=True)
class _Read:
    number: int
    """Reads are numbered in the order in which they begin."""
    task: asyncio.Task[Any]
    work: Work
    """Done for all callers that wait for the result, so that it gets the turns of all."""


class SharedReads:
    """Owns the tasks that read, so that the first caller can be cancelled before the others."""

    def __init__(self, *, timeless: bool = False) -> None:
        """``timeless``: what is read cannot be outdated, as credentials cannot."""
        self._timeless = timeless
        self._under_way: dict[tuple[Hashable, ...], _Read] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        """Also those that nobody may join any more."""
        self._begun = 0

    def __len__(self) -> int:
        """How many reads are under way."""
        return len(self._tasks)

    async def get(
        self,
        key: tuple[Hashable, ...],
        read: Callable[[], Coroutine[Any, Any, Any]],
        *,
        fresh: bool = False,
    ) -> Any:
        """The result of ``read``, or of an equal read that is under way and not outdated.

        ``fresh``: nor of one that began before this call.
        """
        under_way = self._under_way.get(key)
        if under_way is not None and fresh:
            under_way.work.join(current_work())  # whose wait is for its end
            await asyncio.wait([under_way.task])
            under_way = self._under_way.get(key)
        if under_way is None or self._is_outdated(under_way):
            under_way = self._begin(key, read)
        else:
            under_way.work.join(current_work())
        return await asyncio.shield(under_way.task)

    def _is_outdated(self, read: _Read) -> bool:
        return not self._timeless and read.number <= _AFTER.get()

    def outdate(self) -> None:
        """The calling task, and those it creates from now on, join no read that has begun so far.

        For an event, below which nothing may be older than the event.
        """
        _AFTER.set(self._begun)

    def forget(self, first: Hashable) -> None:
        """Prevents joining reads that began before a change. Their keys begin with ``first``."""
        for key in [key for key in self._under_way if key[0] == first]:
            del self._under_way[key]

    async def aclose(self) -> None:
        """Cancels what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(
        self, key: tuple[Hashable, ...], read: Callable[[], Coroutine[Any, Any, Any]]
    ) -> _Read:
        work, context = current_work().part(), copy_context()
        context.run(begin_work, work)
        if not self._timeless:
            context.run(self.outdate)  # what it reads in turn may be no older than itself
        self._begun += 1
        begun = _Read(self._begun, asyncio.create_task(read(), context=context), work)
        self._under_way[key] = begun
        self._tasks.add(begun.task)
        begun.task.add_done_callback(lambda done: self._end(key, done))
        return begun

    def _end(self, key: tuple[Hashable, ...], task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        read = self._under_way.get(key)
        if read is not None and read.task is task:
            del self._under_way[key]
        if not task.cancelled():
            task.exception()  # retrieved, so that an answer nobody waits for is not reported
