"""Slots that callers take turns for, with a bound on what one caller holds and on what waits."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from graph.concurrency.round_robin import RoundRobin, Share
from graph.concurrency.work import Work, current_work


class Length(Protocol):
    """Is told how much waits, such as a gauge."""

    def inc(self) -> None: ...

    def dec(self) -> None: ...


class TooManyWaiting(Exception):
    """A caller has as much work waiting as it may have."""


@dataclass(eq=False, slots=True)
class _Ticket:
    """A wait for a slot. It is queued under each share that the work is done for."""

    turn: asyncio.Future[Hashable]
    """The caller whose turn it was."""
    shares: list[Share] = field(default_factory=list)

    @property
    def callers(self) -> set[Hashable]:
        return {share[0] for share in self.shares}


class FairSlots:
    """Like a semaphore, except for the order: round robin by share, see ``RoundRobin``.

    A caller is the first member of a share.
    """

    def __init__(
        self,
        slots: int,
        *,
        per_caller: int | None = None,
        waiting: int = 10_000,
        length: Length | None = None,
    ) -> None:
        """``per_caller``: slots that one caller may hold, so that its calls leave some to others.

        None for all. ``waiting``: how much of one caller may wait. ``length``: is told how much of
        all waits.
        """
        self._free, self._waiting = slots, waiting
        self._per_caller = slots if per_caller is None else per_caller
        self._length = length
        self._held: Counter[Hashable] = Counter()
        self._queued: Counter[Hashable] = Counter()
        self._queue: RoundRobin[_Ticket] = RoundRobin()

    @asynccontextmanager
    async def slot(self, work: Work | None = None) -> AsyncIterator[None]:
        """Holds a slot for a work; by default for that of the calling task.

        Raises TooManyWaiting.
        """
        work = work or current_work()
        share = self._take_free(work)
        caller = await self._take(work) if share is None else share[0]
        try:
            yield
        finally:
            self._give_back(caller)

    def _take_free(self, work: Work) -> Share | None:
        """Takes a slot if one is free and nobody waits. Returns the share that it counts for."""
        if not self._free or self._queue:
            return None
        for share in work.shares:
            if self._has_room(share[0]):
                self._hold(share[0])
                return share
        return None

    async def _take(self, work: Work) -> Hashable:
        ticket = _Ticket(asyncio.get_running_loop().create_future())
        shares = work.shares
        if all(self._queued[share[0]] >= self._waiting for share in shares):
            raise TooManyWaiting
        if self._length is not None:
            self._length.inc()
        try:
            with work.joined(lambda share: self._enqueue(ticket, share)):
                for share in shares:
                    self._enqueue(ticket, share)
                self._grant()
                return await ticket.turn
        except asyncio.CancelledError:
            if ticket.turn.done() and not ticket.turn.cancelled():  # granted in the same moment
                self._give_back(ticket.turn.result())
            raise
        finally:
            if self._length is not None:
                self._length.dec()
            self._dequeue(ticket)

    def _enqueue(self, ticket: _Ticket, share: Share) -> None:
        if ticket.turn.done():
            return
        if share[0] not in ticket.callers:
            self._queued[share[0]] += 1
        ticket.shares.append(share)
        self._queue.push(share, ticket)
        self._grant()

    def _dequeue(self, ticket: _Ticket) -> None:
        """Removes a ticket from all its queues, also once it was granted or cancelled."""
        for share in ticket.shares:
            self._queue.discard(share, ticket)
        _subtract(self._queued, ticket.callers)
        ticket.shares.clear()

    def _grant(self) -> None:
        while self._free and (popped := self._queue.pop(self._has_room)):
            (caller, *_), ticket = popped
            if ticket.turn.done():
                continue
            self._hold(caller)
            ticket.turn.set_result(caller)

    def _has_room(self, caller: Hashable) -> bool:
        return self._held[caller] < self._per_caller

    def _hold(self, caller: Hashable) -> None:
        self._free -= 1
        self._held[caller] += 1

    def _give_back(self, caller: Hashable) -> None:
        self._free += 1
        _subtract(self._held, (caller,))
        self._grant()


def _subtract(counts: Counter[Hashable], keys: Iterable[Hashable]) -> None:
    """Keeps no entries at zero, because the number of callers is not bounded."""
    for key in keys:
        counts[key] -= 1
        if counts[key] <= 0:
            del counts[key]
