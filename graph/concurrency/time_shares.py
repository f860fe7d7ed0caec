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
class Line(Generic[T]):
    """The items of one caller, by user."""

    caller: Hashable
    users: dict[Hashable, deque[T]] = field(default_factory=dict)
    """In the order of their turns. The only user keeps its queue while that is empty."""
    waiting: int = 0
    debt: float = 0.0
    """Seconds that it has used without having passed a turn to the others for them."""
    idle_since: float = 0.0

    def add(self, user: Hashable, item: T) -> None:
        queue = self.users.get(user)
        if queue is None:
            self.users[user] = queue = deque()
        queue.append(item)
        self.waiting += 1

    def take(self) -> T:
        """Removes the next item; there is one."""
        self.waiting -= 1
        if len(self.users) == 1:
            (queue,) = self.users.values()
            return queue.popleft()
        queue = deque()
        while not queue:  # as that of one who was the only user before
            user = next(iter(self.users))
            queue = self.users.pop(user)
        item = queue.popleft()
        if queue:
            self.users[user] = queue  # behind the others
        return item


class TimeShares(Generic[T]):
    """A queue that is fair in the time that its items take, which is known afterwards.

    A caller is the first member of a share, its user the second. One that has used more than the
    others is passed over until they have caught up, or until it has been idle for twice as long.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._lines: dict[Hashable, Line[T]] = {}
        self._turns: deque[Line[T]] = deque()
        """Those with items, in the order of their turns."""
        self._most = _IDLE

    def __bool__(self) -> bool:
        return bool(self._turns)

    def waiting(self, caller: Hashable) -> int:
        """The number of items of a caller."""
        line = self._lines.get(caller)
        return line.waiting if line else 0

    def push(self, share: Share, item: T) -> None:
        """Adds an item behind all others of its caller and user."""
        line = self._lines.get(share[0])
        if line is None:
            line = self._new(share[0])
        line.add(share[1] if len(share) > 1 else None, item)
        if line.waiting == 1:
            if line.debt:
                line.debt = max(0.0, line.debt - (self._clock() - line.idle_since) / 2)
            self._turns.append(line)

    def pop(self) -> tuple[Line[T], T]:
        """Removes the next item; returns it with its line. Raises IndexError if there is none."""
        turns = self._turns
        line = turns[0]
        while line.debt >= _TURN_SECONDS and len(turns) > 1:
            line.debt -= _TURN_SECONDS
            turns.rotate(-1)
            line = turns[0]
        item = line.take()
        if not line.waiting:
            turns.popleft()
        return line, item

    def charge(self, line: Line[T], seconds: float, now: float) -> None:
        """Records what an item of a line took, which ended now."""
        line.debt = min(line.debt + seconds, _MAX_DEBT_SECONDS)
        line.idle_since = now

    def clear(self) -> None:
        self._turns.clear()
        self._lines.clear()

    def _new(self, caller: Hashable) -> Line[T]:
        if len(self._lines) >= self._most:
            self._lines = {caller: line for caller, line in self._lines.items() if line.waiting}
            self._most = len(self._lines) + _IDLE
        line: Line[T] = Line(caller)
        self._lines[caller] = line
        return line
