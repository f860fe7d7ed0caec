"""Equal reads that are under way at the same time share one call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any


class SharedReads:
    """Owns the tasks that read, so that the first caller may leave before the others."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[Hashable, ...], asyncio.Task[Any]] = {}

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
        task = self._under_way.get(key)
        if task is not None and fresh:
            await asyncio.wait([task])
            task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(read())
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    def forget(self, first: Hashable) -> None:
        """After a change nobody may join a read that began before it. Keys begin with ``first``."""
        for key in [key for key in self._under_way if key[0] == first]:
            del self._under_way[key]

    async def aclose(self) -> None:
        """Cancels what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self, key: tuple[Hashable, ...], task: asyncio.Task[Any]) -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]
        if not task.cancelled():
            task.exception()  # retrieved, so that an answer nobody waits for is not reported
