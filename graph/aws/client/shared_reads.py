"""Shares one call between equal reads that are in progress at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from graph.concurrency import Work, begin_work, current_work


@dataclass(frozen=True, slots=True)
class _Read:
    task: asyncio.Task[Any]
    work: Work
    """Done for all callers that wait for the result, so that it gets the turns of all."""


class SharedReads:
    """Owns the tasks that read, so that the first caller can be cancelled before the others."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[Hashable, ...], _Read] = {}

    def __len__(self) -> int:
        """How many reads are under way."""
        return len(self._under_way)

    async def get(
        self,
        key: tuple[Hashable, ...],
        read: Callable[[], Coroutine[Any, Any, Any]],
        *,
        fresh: bool = False,
    ) -> Any:
        """The result of ``read``, or of an equal read that is under way.

        ``fresh``: but not of one that began before this call.
        """
        under_way = self._under_way.get(key)
        if under_way is not None and fresh:
            under_way.work.join(current_work())  # whose wait is for its end
            await asyncio.wait([under_way.task])
            under_way = self._under_way.get(key)
        if under_way is None:
            under_way = self._begin(key, read)
        else:
            under_way.work.join(current_work())
        return await asyncio.shield(under_way.task)

    def forget(self, first: Hashable) -> None:
        """Prevents joining reads that began before a change. Their keys begin with ``first``."""
        for key in [key for key in self._under_way if key[0] == first]:
            del self._under_way[key]

    async def aclose(self) -> None:
        """Cancels what is under way."""
        tasks = [read.task for read in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(
        self, key: tuple[Hashable, ...], read: Callable[[], Coroutine[Any, Any, Any]]
    ) -> _Read:
        work, context = current_work().part(), copy_context()
        context.run(begin_work, work)
        begun = _Read(asyncio.create_task(read(), context=context), work)
        self._under_way[key] = begun
        begun.task.add_done_callback(lambda done: self._end(key, done))
        return begun

    def _end(self, key: tuple[Hashable, ...], task: asyncio.Task[Any]) -> None:
        read = self._under_way.get(key)
        if read is not None and read.task is task:
            del self._under_way[key]
        if not task.cancelled():
            task.exception()  # retrieved, so that an answer nobody waits for is not reported
