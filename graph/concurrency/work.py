"""Tracks the callers for whom work is done, so that its waits count for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from weakref import WeakSet

from graph.concurrency.round_robin import Share

SERVER: Share = ("",)
"""The share of work that the server does for no particular caller. No key has an empty name."""
_OWN: Final = 32
"""How many of its own shares a work takes turns as: thousands may follow the same run, and a wait
costs a little for each."""


class TooMuch(Exception):
    """A request uses more than it may. The message names the limit."""


@dataclass(eq=False, slots=True)
class Usage:
    """What a request has used of AWS so far. None as a limit stands for no limit."""

    max_calls: int | None = None
    max_accounts: int | None = None
    total: int = 0
    """Calls from the beginning."""
    calls: int = 0
    """Calls since ``restart``."""
    accounts: set[str] = field(default_factory=set)

    def count(self, account_id: str, *, known: bool, calls: int = 1) -> None:
        """Counts a call, or that an account is concerned at all. Raises TooMuch beyond a limit.

        ``known``: the account is one of few, and not a number that the caller came up with.
        """
        if self.max_calls is not None and self.calls + calls > self.max_calls:
            raise TooMuch(f"A request may make at most {self.max_calls} calls to AWS.")
        if not known and self.max_accounts is not None and account_id not in self.accounts:
            if len(self.accounts) >= self.max_accounts:
                raise TooMuch(f"A request may access at most {self.max_accounts} accounts.")
            self.accounts.add(account_id)
        self.calls += calls
        self.total += calls

    def restart(self) -> None:
        """For the next event of a stream, to which the limits apply anew."""
        self.calls = 0
        self.accounts.clear()


class Work:
    """Work for one or more shares. Others may join while it is in progress.

    Otherwise a caller that waits for the result of another's work would depend on the other's turns
    alone.
    """

    def __init__(self, *shares: Share, usage: Usage | None = None) -> None:
        self._own: dict[Share, int] = {}
        for share in shares:
            self._own[share] = self._own.get(share, 0) + 1
        self._others: dict[Work, None] = {}
        """Those that have joined, whose shares this work has, too."""
        self._parts: WeakSet[Work] | None = None
        """Those that this work has joined; made for the first."""
        self._shares: list[Share] | None = None
        """Remembered, as they are asked for often; None once they may have changed."""
        self._on_join: dict[object, Callable[[Share], None]] = {}
        self.usage = usage or Usage()
        """Shared with the parts of the work; not with those who join it."""

    @property
    def shares(self) -> list[Share]:
        """Those that the work is done for now, not to be modified. The server's own if none are."""
        if self._shares is None:
            self._shares = self._found() or [SERVER]
        return self._shares

    def part(self) -> Work:
        """A part of this work, which others may join separately."""
        part = Work(usage=self.usage)
        part.join(self)
        return part

    def join(self, other: Work) -> None:
        """From now on this work is also done for the other, and for all that join the other."""
        if other not in self._others:
            self._others[other] = None
            if other._parts is None:
                other._parts = WeakSet()
            other._parts.add(self)
            self._announce(other._found())

    def leave(self, other: Work) -> None:
        """Ends what ``join`` began."""
        self._others.pop(other, None)
        if other._parts is not None:
            other._parts.discard(self)
        self._announce()

    def add(self, share: Share) -> None:
        """From now on this work is also done for this share; once more if it already is."""
        self._own[share] = self._own.get(share, 0) + 1
        self._announce([share])

    def remove(self, share: Share) -> None:
        """Ends what one call of ``add`` began."""
        self._own[share] -= 1
        if not self._own[share]:
            del self._own[share]
        self._announce()

    @contextmanager
    def joined(self, notify: Callable[[Share], None]) -> Iterator[None]:
        """Calls ``notify`` once for each share that is added meanwhile."""
        token, known = object(), set(self.shares)

        def once(share: Share) -> None:
            if share not in known:
                known.add(share)
                notify(share)

        self._on_join[token] = once
        try:
            yield
        finally:
            del self._on_join[token]

    def _found(self) -> list[Share]:
        found: dict[Share, None] = {}
        seen: set[Work] = set()
        left = [self]
        while left:
            work: Work = left.pop()
            if work not in seen:
                seen.add(work)
                found.update(dict.fromkeys(islice(work._own, _OWN)))
                left += reversed(work._others)
        return list(found)

    def _announce(self, shares: Sequence[Share] = ()) -> None:
        """Tells this work and its parts that their shares have changed, and which have joined."""
        seen: set[Work] = set()
        left = [self]
        while left:
            work: Work = left.pop()
            if work not in seen:
                seen.add(work)
                work._shares = None
                left += work._parts or ()
                for notify in list(work._on_join.values()):
                    for share in shares:
                        notify(share)


_CURRENT: ContextVar[Work | None] = ContextVar("work", default=None)


def current_work() -> Work:
    """The work that the calling task belongs to; the server's own if none was begun."""
    return _CURRENT.get() or Work(SERVER)


def work_in(context: Context | None) -> Work | None:
    """The work that a context belongs to, by default the current one; None if none was begun."""
    return _CURRENT.get() if context is None else context.get(_CURRENT)


def begin_work(work: Work) -> None:
    """Assigns the calling task, and the tasks that it creates from now on, to a work."""
    _CURRENT.set(work)
