"""Queues of callers that take turns of equal time, and of their users, who take turns in each."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from graph.concurrency.round_robin import Share

T = TypeVar("T")

_TURN_SECONDS: Final = 0.0005
"""A turn may be longer, as an item is not interrupted."""
_MAX_DEBT_SECONDS: Final = 0.05
"""Bounds how long a caller can be passed over for what it used while nobody else waited."""
_IDLE: Final = 1_000
"""Callers without an item whose debts are kept."""


@dataclass(eq=False, slots=True)
class _Line(Generic[T]):
    """The items of one caller, by user."""

    users: dict[Hashable, deque[T]] = field(default_factory=dict)
    waiting: int = 0
    debt: float = 0.0
    """Seconds that it has used without having passed a turn to the others for them."""
    idle_since: float = 0.0


class TimeShares(Generic[T]):
    """A queue that is fair in the time that its items take, which is known afterwards.

    A caller is the first member of a share, its user the second. One that has used more than the
    others is passed over until they have caught up, or until it has been idle for twice as long.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._lines: dict[Hashable, _Line[T]] = {}
        self._idle: dict[Hashable, _Line[T]] = {}

    def __bool__(self) -> bool:
        return bool(self._lines)

    def waiting(self, caller: Hashable) -> int:
        """The number of items of a caller."""
        line = self._lines.get(caller)
        return line.waiting if line else 0

    def push(self, share: Share, item: T) -> None:
        """Adds an item behind all others of its caller and user."""
        caller = share[0]
        user = share[1] if len(share) > 1 else None
        line = self._lines.get(caller)
        if line is None:
            self._lines[caller] = line = self._revived(caller)
        queue = line.users.get(user)
        if queue is None:
            line.users[user] = queue = deque()
        queue.append(item)
        line.waiting += 1

    def pop(self) -> tuple[Hashable, T]:
        """Removes the next item; returns it with its caller. Raises IndexError if there is none."""
        caller, line = self._next()
        user, queue = next(iter(line.users.items()))
        item = queue.popleft()
        line.waiting -= 1
        if len(line.users) > 1 or not queue:
            del line.users[user]
            if queue:
                line.users[user] = queue  # behind the others
        if not line.users:
            del self._lines[caller]
            if len(self._idle) >= _IDLE:
                self._idle.clear()
            self._idle[caller] = line
        return caller, item

    def charge(self, caller: Hashable, seconds: float) -> None:
        """Records what the last item of a caller took."""
        line = self._lines.get(caller)
        if line is None:
            line = self._idle.get(caller)
            if line is None:
                return
            line.idle_since = self._clock()
        line.debt = min(line.debt + seconds, _MAX_DEBT_SECONDS)

    def clear(self) -> None:
        self._lines.clear()
        self._idle.clear()

    def _next(self) -> tuple[Hashable, _Line[T]]:
        while self._lines:
            caller, line = next(iter(self._lines.items()))
            if line.debt < _TURN_SECONDS or len(self._lines) == 1:
                return caller, line
            line.debt -= _TURN_SECONDS
            del self._lines[caller]
            self._lines[caller] = line  # behind the others
        raise IndexError("there is no item")

    def _revived(self, caller: Hashable) -> _Line[T]:
        line = self._idle.pop(caller, None)
        if line is None:
            return _Line()
        line.debt = max(0.0, line.debt - (self._clock() - line.idle_since) / 2)
        return line
