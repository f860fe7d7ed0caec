"""Peers share the connections, and idle ones are closed where there is no room for others."""

from __future__ import annotations

from itertools import count

import pytest

from graph.model.networks import read_network
from graph.server.peer_connections import PeerConnections, Place


class Peers:
    """Fake connections of peers, by numbers in the order in which they were opened."""

    def __init__(self, most: int, *proxies: str) -> None:
        self._connections = PeerConnections(most, map(read_network, proxies))
        self.closed: list[int] = []
        self._numbers = count()

    def open(self, address: str, *, idle: bool = False) -> Place | None:
        number = next(self._numbers)
        place = self._connections.enter(address, lambda: self.closed.append(number))
        if place is not None and idle:
            place.idle()
        return place

    def fill(self, address: str, *, idle: bool = False) -> list[Place]:
        """Opens as many as the peer may have."""
        admitted: list[Place] = []
        while not self.closed:
            place = self.open(address, idle=idle)
            if place is None or place.is_excess:
                break
            admitted.append(place)
        return admitted


@pytest.mark.parametrize("idle", [True, False])
@pytest.mark.parametrize(("most", "expected"), [(60, 30), (61, 31), (1_000, 500), (10, 8), (5, 5)])
def test_one_peer_may_hold_half_or_eight(most: int, expected: int, *, idle: bool) -> None:
    peers = Peers(most)
    held = len(peers.fill("192.0.2.1", idle=idle)) - len(peers.closed)
    assert held == expected


def test_each_of_several_peers_leaves_room_for_another() -> None:
    peers = Peers(1_000)
    for number in range(4):
        peers.fill(f"192.0.2.{number}")
    assert len(peers.fill("198.51.100.1")) >= 8


def test_a_peer_with_its_share_replaces_its_own_idle_connections_only() -> None:
    peers = Peers(20)
    assert peers.open("198.51.100.1", idle=True)
    mine = [peers.open("192.0.2.1", idle=number in (4, 6)) for number in range(10)]
    assert all(place and not place.is_excess for place in mine)
    told = [peers.open("192.0.2.1") for _ in range(3)]
    assert [place is not None and place.is_excess for place in told] == [False, False, True]
    assert peers.closed == [5, 7]


def test_the_longest_idle_of_the_peer_with_most_is_closed_where_all_are_taken() -> None:
    peers = Peers(16)
    busy = [peers.open("192.0.2.1") for _ in range(8)]
    some = [peers.open("192.0.2.2", idle=True) for _ in range(5)]
    assert all([*busy, *some])
    few = [peers.open("192.0.2.3", idle=True) for _ in range(3)]
    assert few[0]
    first = some[0]
    assert first
    first.busy()
    first.idle()  # the last of its peer from now on
    new = peers.open("192.0.2.4")
    assert new
    assert not new.is_excess
    assert peers.closed == [9]


def test_no_connection_that_is_busy_or_gone_is_closed() -> None:
    peers = Peers(8)
    places = [peers.open("192.0.2.1", idle=True) for _ in range(8)]
    for place in places:
        assert place
        place.busy()
    late = peers.open("192.0.2.2")
    assert late
    assert late.is_excess
    assert places[0]
    for _ in range(2):
        places[0].leave()
        places[0].idle()
    admitted = [peers.open("192.0.2.2") for _ in range(2)]
    assert [place and place.is_excess for place in admitted] == [False, True]
    assert peers.closed == []


@pytest.mark.parametrize("proxy", ["10.0.0.7", "::ffff:10.0.0.7", "fd00::7"])
def test_a_trusted_proxy_may_hold_all(proxy: str) -> None:
    peers = Peers(60, "10.0.0.0/8", "fd00::/64")
    assert len(peers.fill(proxy)) == 60
    place = peers.open("192.0.2.1")
    assert place
    assert place.is_excess


def test_a_host_is_one_peer_whatever_address_of_its_network_it_has() -> None:
    peers = Peers(60)
    assert len(peers.fill("2001:db8::1")) == 30
    place = peers.open("2001:db8::2")
    assert place
    assert place.is_excess
    assert len(peers.fill("2001:db8:0:1::1")) == 15


def test_hosts_of_ipv4_are_different_peers_on_a_socket_of_ipv6() -> None:
    peers = Peers(60)
    assert len(peers.fill("::ffff:192.0.2.1")) == 30
    assert len(peers.fill("::ffff:192.0.2.2")) == 15


def test_connections_beyond_the_limit_are_bounded_and_shared_as_well() -> None:
    peers = Peers(8)
    peers.fill("192.0.2.1")
    excess = []
    while place := peers.open("192.0.2.1"):
        excess.append(place)
    assert 16 <= len(excess) <= 40
    other = peers.open("192.0.2.2")
    assert other
    assert other.is_excess
    excess[0].leave()
    assert peers.open("192.0.2.3")
