"""Decides whose token is verified next, so that a flood of invalid tokens delays nobody else."""

from __future__ import annotations

import heapq
import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from graph.model.networks import read_address

T = TypeVar("T")

_WRONG_SECONDS: Final = 10.0
"""How long an invalid token sets a connection back, in addition to the work that is waiting."""
_MAX_DEBT_SECONDS: Final = 300.0
"""Bounds how long a peer can be overtaken by those that come later."""
_MAX_DEBTORS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection."""

    address: str = ""
    port: int = 0

    @property
    def network(self) -> str:
        """The address, or for IPv6 the /64 that one host can choose its address from."""
        if ":" not in self.address:
            return self.address
        address = read_address(self.address)
        if not isinstance(address, ipaddress.IPv6Address):
            return self.address if address is None else str(address)
        return str(ipaddress.IPv6Network((address, 64), strict=False))


@dataclass(order=True, slots=True)
class _Entry(Generic[T]):
    start: float
    number: int
    seconds: float
    item: T = field(compare=False)


class FairQueue(Generic[T]):
    """A bounded queue ordered by when each peer deserves its turn.

    An address pays for the work that it asks for, so that its next items come later; address and
    connection pay for each invalid token. Peers that owe nothing are served in order of arrival,
    before all that do. What an item costs does not decide its own place. Connections are
    distinguished because all callers have one address behind a proxy.

    Not thread-safe. ``clock`` returns seconds.
    """

    def __init__(self, max_items: int, clock: Callable[[], float]) -> None:
        self._max_items, self._clock = max_items, clock
        self._heap: list[_Entry[T]] = []
        self._number = 0
        self._debts: OrderedDict[Hashable, float] = OrderedDict()
        """Until when each address and each connection is set back; latest changes last."""
        self._waiting_seconds = 0.0

    def __len__(self) -> int:
        return len(self._heap)

    def push(self, item: T, peer: Peer, seconds: float) -> T | None:
        """Adds an item that takes ``seconds`` of work.

        Returns the item that is dropped because the queue is full: the last one, which may be
        the new one.
        """
        self._number += 1
        start = self._clock() + self._debt(peer.network) + self._debt(peer)
        self._owe(peer.network, seconds)
        heapq.heappush(self._heap, _Entry(start, self._number, seconds, item))
        self._waiting_seconds += seconds
        if len(self._heap) <= self._max_items:
            return None
        last = max(self._heap)
        self._heap.remove(last)
        heapq.heapify(self._heap)
        return self._taken(last)

    def pop(self) -> T:
        """Removes and returns the next item. Raises IndexError if there is none."""
        return self._taken(heapq.heappop(self._heap))

    def settle(self, peer: Peer, *, right: bool) -> None:
        """Records whether the token of a peer was valid."""
        if right:
            self._debts.pop(peer, None)
        else:
            seconds = _WRONG_SECONDS + self._waiting_seconds
            self._owe(peer, seconds)
            self._owe(peer.network, seconds)

    def _taken(self, entry: _Entry[T]) -> T:
        self._waiting_seconds -= entry.seconds
        return entry.item

    def _debt(self, debtor: Hashable) -> float:
        """The seconds for which it is set back from now on."""
        return max(0.0, self._debts.get(debtor, 0.0) - self._clock())

    def _owe(self, debtor: Hashable, seconds: float) -> None:
        now = self._clock()
        self._debts[debtor] = now + min(self._debt(debtor) + seconds, _MAX_DEBT_SECONDS)
        self._debts.move_to_end(debtor)
        while len(self._debts) > _MAX_DEBTORS or next(iter(self._debts.values())) < now:
            self._debts.popitem(last=False)
