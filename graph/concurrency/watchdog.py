"""Checks thousands of things from time to time, with one timer for all."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from typing import Final

Check = Callable[[float], float | None]
"""Is called with the time of the event loop. Returns the time of the next check; None for none."""
_AT_ONCE: Final = 100
"""Checks in one iteration of the event loop."""


class Watchdog:
    """Owns the timer, which exists as long as there is something to check."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, list[Check]]] = []
        """A heap. The check is taken out of its list once it is no longer wanted."""
        self._numbers = count()
        self._wanted = 0
        self._timer: asyncio.TimerHandle | None = None

    def checking(self, check: Check, seconds: float) -> AbstractContextManager[None]:
        """Checks for the first time after ``seconds``. A check must neither raise nor wait."""
        return _Checking(self, check, seconds)

    def add(self, check: Check, seconds: float) -> list[Check]:
        """The same until ``remove`` is called with the result."""
        entry = [check]
        self._wanted += 1
        self._add(asyncio.get_running_loop().time() + seconds, entry)
        return entry

    def remove(self, entry: list[Check]) -> None:
        """Ends what ``add`` began."""
        entry.clear()
        self._wanted -= 1
        if not self._wanted:
            self._due.clear()
        self._set()

    def _add(self, when: float, entry: list[Check]) -> None:
        heapq.heappush(self._due, (when, next(self._numbers), entry))
        self._set()

    def _set(self) -> None:
        """Sets the timer to the first check."""
        when = self._due[0][0] if self._due else None
        if self._timer is not None:
            if self._timer.when() == when:
                return
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = None if when is None else loop.call_at(when, self._run)

    def _run(self) -> None:
        now = asyncio.get_running_loop().time()
        self._timer = None
        for _ in range(_AT_ONCE):
            if not self._due or self._due[0][0] > now:
                break
            _, _, entry = heapq.heappop(self._due)
            again = entry[0](now) if entry else None
            if again is not None and entry:
                heapq.heappush(self._due, (again, next(self._numbers), entry))
        self._set()


class _Checking(AbstractContextManager[None]):
    """A generator would take four times the memory."""

    __slots__ = ("_check", "_entry", "_seconds", "_watchdog")

    def __init__(self, watchdog: Watchdog, check: Check, seconds: float) -> None:
        self._watchdog, self._check, self._seconds = watchdog, check, seconds

    def __enter__(self) -> None:
        self._entry = self._watchdog.add(self._check, self._seconds)

    def __exit__(self, *exc: object) -> None:
        self._watchdog.remove(self._entry)
