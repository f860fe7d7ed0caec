"""Tracks the callers for whom work is done, so that its waits count for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakSet

from graph.concurrency.round_robin import Share

SERVER: Share = ("",)
"""The share of work that the server does for no particular caller. No key has an empty name."""


class Work:
    """Work for one or more shares. Others may join while it is in progress.

    Otherwise a caller that waits for the result of another's work would depend on the other's turns
    alone.
    """

    def __init__(self, *shares: Share) -> None:
        self.shares: list[Share] = list(shares)
        self._parts: WeakSet[Work] = WeakSet()
        self._on_join: dict[object, Callable[[Share], None]] = {}

    def part(self) -> Work:
        """A part of this work, which others may join separately."""
        part = Work()
        part.join(self)
        return part

    def join(self, other: Work) -> None:
        """From now on this work is also done for the other, and for all that join the other."""
        other._parts.add(self)
        for share in other.shares:
            self.add(share)

    @contextmanager
    def joined(self, notify: Callable[[Share], None]) -> Iterator[None]:
        """Calls ``notify`` for each share that is added meanwhile."""
        token = object()
        self._on_join[token] = notify
        try:
            yield
        finally:
            del self._on_join[token]

    def add(self, share: Share) -> None:
        """From now on this work is also done for this share."""
        if share in self.shares:
            return
        self.shares.append(share)
        for notify in list(self._on_join.values()):
            notify(share)
        for part in list(self._parts):
            part.add(share)


_CURRENT: ContextVar[Work | None] = ContextVar("work", default=None)


def current_work() -> Work:
    """The work that the calling task belongs to; the server's own if none was begun."""
    return _CURRENT.get() or Work(SERVER)


def begin_work(work: Work) -> None:
    """Assigns the calling task, and the tasks that it creates from now on, to a work."""
    _CURRENT.set(work)
