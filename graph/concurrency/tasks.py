"""Tasks that outlive their caller and still have an owner."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class TaskOwner:
    """Runs work to its end even if the caller is cancelled. Its creator closes it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    def __len__(self) -> int:
        """How many tasks are in progress."""
        return len(self._tasks)

    async def run(
        self, work: Coroutine[Any, Any, T], *, at_end: Callable[[], None] | None = None
    ) -> T:
        """The result of ``work``, which continues if the caller is cancelled meanwhile.

        Raises CancelledError, without having begun, once this is closed.
        ``at_end`` is called when it has ended, however it did.
        """
        task = self.spawn(work)
        if at_end is not None:
            task.add_done_callback(lambda _: at_end())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failure)
            raise

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Starts ``work``, which has to handle its errors unless the caller awaits the task.

        Once this is closed, the task is cancelled before it begins.
        """
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self._closed:
            task.cancel()
        return task

    async def aclose(self, drain: float) -> None:
        """Waits ``drain`` seconds for tasks in progress, then cancels and awaits the rest.

        From now on no task begins.
        """
        self._closed = True
        if self._tasks and drain > 0:
            await asyncio.wait(self._tasks, timeout=drain)
        rest = list(self._tasks)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def _log_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("work failed after its caller had disconnected: %r", error)
