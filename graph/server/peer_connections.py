"""Shares the connections of a process among the peers that open them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from graph.auth import Peer
from graph.concurrency import InProgress, NoRoom
from graph.model.networks import Network, is_in, read_address

_LEAST: Final = 8
"""Connections that every peer may have while there is room at all: more than browsers open."""
_MOST_EXCESS: Final = 64
"""Connections beyond the limit that are open for a moment, to send a probe or to be refused."""


class PeerConnections:
    """Admits a peer as long as more connections are free than it holds.

    So one alone may hold half of all, and each of n a part of n + 1. Trusted proxies, which connect
    for many clients, may hold all. Where there is no room, an idle connection is closed for it.
    """

    def __init__(self, most: int, proxies: Iterable[Network] = ()) -> None:
        self._most, self._proxies = most, tuple(proxies)
        self._open = 0
        self._by_peer: Counter[str] = Counter()
        self._idle: dict[str, dict[Place, None]] = {}
        """The idle ones of each peer, the longest idle first."""
        self._excess = InProgress(_MOST_EXCESS)

    def enter(self, address: str, close: Callable[[], None]) -> Place | None:
        """A place for a new connection, which may be in excess; None if even that has no room.

        ``close`` closes the connection; it is called if the place is taken away while idle.
        """
        peer = Peer(address).network
        if self._has_room(peer, address):
            self._open += 1
            self._by_peer[peer] += 1
            return Place(self, peer, close, excess=None)
        try:
            return Place(self, peer, close, excess=self._excess.enter(peer, None))
        except NoRoom:
            return None

    def _has_room(self, peer: str, address: str) -> bool:
        """Whether there is room, if need be after closing an idle connection.

        A peer that has its share already can replace connections of its own only.
        """
        free = self._most - self._open
        if self._by_peer[peer] >= max(_LEAST, free) and not self._is_proxy(address):
            return self._close_idle(peer)
        if free > 0:
            return True
        largest = max(self._idle, key=self._by_peer.__getitem__, default=None)
        return largest is not None and self._close_idle(largest)

    def _close_idle(self, peer: str) -> bool:
        """Closes the longest idle connection of a peer. Returns whether there was one."""
        place = next(iter(self._idle.get(peer, ())), None)
        if place is None:
            return False
        place.leave()
        place.close()
        return True

    def _is_proxy(self, address: str) -> bool:
        found = read_address(address) if self._proxies else None
        return found is not None and is_in(found, self._proxies)

    def set_idle(self, place: Place, peer: str) -> None:
        self._idle.setdefault(peer, {})[place] = None

    def set_busy(self, place: Place, peer: str) -> None:
        idle = self._idle.get(peer, {})
        if place in idle:
            del idle[place]
            if not idle:
                del self._idle[peer]

    def release(self, peer: str) -> None:
        self._open -= 1
        self._by_peer[peer] -= 1
        if not self._by_peer[peer]:
            del self._by_peer[peer]


class Place:
    """The place of one connection, until it leaves."""

    __slots__ = ("_excess", "_left", "_peer", "_peers", "close", "is_excess")

    def __init__(
        self,
        peers: PeerConnections,
        peer: str,
        close: Callable[[], None],
        *,
        excess: Callable[[], None] | None,
    ) -> None:
        """``excess``: ends the place of a connection beyond the limit."""
        self._peers, self._peer, self.close, self._excess = peers, peer, close, excess
        self.is_excess = excess is not None
        """Whether the connection is beyond the limit, so that it serves probes only."""
        self._left = False

    def idle(self) -> None:
        """From now on the connection may be closed to make room."""
        if not self.is_excess and not self._left:
            self._peers.set_idle(self, self._peer)

    def busy(self) -> None:
        """Ends what ``idle`` began."""
        self._peers.set_busy(self, self._peer)

    def leave(self) -> None:
        """Can be repeated."""
        if self._left:
            return
        self._left = True
        if self._excess is not None:
            self._excess()
        else:
            self.busy()
            self._peers.release(self._peer)
