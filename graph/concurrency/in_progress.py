"""Bounds what is in progress, so that one caller leaves room for others that come later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable

from graph.concurrency.work import current_work


class NoRoom(Exception):
    """A caller has in progress what it may have at present, or there is no room at all.

    ``held``: how much of it is the caller's own.
    """

    def __init__(self, held: int) -> None:
        super().__init__(held)
        self.held = held


class InProgress:
    """Admits a caller as long as more is free than it holds.

    So one alone may hold half of all, and each of n a part of n + 1: room for another is always
    left, without a part that is reserved for those who are not there. In the same way a user of a
    key leaves room for other users of what the key may still have.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._held: Counter[tuple[Hashable, ...]] = Counter()

    def enter_current(self) -> Callable[[], None]:
        """As ``enter``, for the caller that the calling task works for, the first if several."""
        key, user, *_ = (*current_work().shares[0], None)
        return self.enter(key, user)

    def enter(self, key: Hashable, user: Hashable | None) -> Callable[[], None]:
        """Counts one more, and returns what has to be called at its end. Raises NoRoom."""
        caller: tuple[Hashable, ...] = (key,)
        end_user = (key, user)
        held = self._held[caller]
        if held >= self._free:
            raise NoRoom(held)
        if user is not None and (own := self._held[end_user]) >= self._free - held:
            raise NoRoom(own)
        names = (caller,) if user is None else (caller, end_user)
        self._free -= 1
        self._held.update(names)

        def leave() -> None:
            self._free += 1
            self._held.subtract(names)
            for name in names:
                if not self._held[name]:
                    del self._held[name]

        return leave
