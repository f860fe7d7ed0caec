"""Floods of wrong tokens in simulated time: how long a right one waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.auth.fair_queue import FairQueue, Peer

RIGHT = "right"
Connections = Callable[[int, int], Peer]
"""The connection of the n-th attacker for its n-th attempt."""


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def seconds_of(cost: int) -> float:
    return 0.06 * 2.0 ** (cost - 10)


FLOODS: dict[str, Connections] = {
    "one address, connections that stay": lambda who, _: Peer("192.0.2.1", who),
    "many addresses, connections that stay": lambda who, _: Peer(f"198.51.100.{who}", 1),
    "one address, new connections": lambda who, n: Peer("192.0.2.1", 1_000 * who + n),
    "many addresses, new connections": lambda who, n: Peer(f"198.51.100.{who}", n),
}


def waited(  # noqa: PLR0913, PLR0917
    flood: str, attackers: int, wrong: int, right: int, peer: Peer, after: float
) -> float:
    """Seconds until a right token is computed, by one thread that is kept busy from the start.

    Each attacker sends the next wrong token as soon as it gets the answer to the one before.
    """
    clock = Clock()
    queue: FairQueue[tuple[str, Peer, int]] = FairQueue(1_000, clock)
    attempts = [count() for _ in range(attackers)]

    def attack(who: int) -> None:
        from_ = FLOODS[flood](who, next(attempts[who]))
        assert queue.push((f"wrong {who}", from_, wrong), from_, seconds_of(wrong)) is None

    for who in range(attackers):
        attack(who)
    arrived = 0.0
    while True:
        if not arrived and clock.now >= 1_000 + after:
            arrived = clock.now
            assert queue.push((RIGHT, peer, right), peer, seconds_of(right)) is None
        item, from_, cost = queue.pop()
        clock.now += seconds_of(cost)
        queue.settle(from_, right=item == RIGHT)
        if item == RIGHT:
            return clock.now - arrived
        attack(int(item.removeprefix("wrong ")))


OTHERS = {"of its own": Peer("203.0.113.9", 7), "of the attackers": Peer("192.0.2.1", -1)}


@pytest.mark.parametrize("address", OTHERS)
@pytest.mark.parametrize("right", [4, 6, 10, 12])
@pytest.mark.parametrize("wrong", [4, 6, 8, 10, 12])
@pytest.mark.parametrize("flood", [name for name in FLOODS if "stay" in name])
def test_a_right_token_waits_for_little_more_than_what_is_being_computed(
    flood: str, wrong: int, right: int, address: str
) -> None:
    after = 300 * seconds_of(wrong)  # each attacker was wrong once or more
    took = waited(flood, 200, wrong, right, OTHERS[address], after)
    assert took <= seconds_of(right) + 3 * seconds_of(wrong)


@pytest.mark.parametrize("address", OTHERS)
@pytest.mark.parametrize("right", [4, 6, 10, 12])
@pytest.mark.parametrize("wrong", [4, 6, 8, 10, 12])
@pytest.mark.parametrize("attackers", [200, 300])
@pytest.mark.parametrize("flood", FLOODS)
def test_whatever_the_flood_a_right_token_waits_for_no_more_than_one_round(
    flood: str, attackers: int, wrong: int, right: int, address: str
) -> None:
    """Also from the first moment on, and where every attempt has a connection of its own."""
    for after in (0.0, 3 * attackers * seconds_of(wrong)):
        took = waited(flood, attackers, wrong, right, OTHERS[address], after)
        assert took <= seconds_of(right) + (attackers + 1) * seconds_of(wrong) + 0.001


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=40))
def test_who_owes_nothing_is_served_in_order_of_arrival(peers: list[tuple[str, int]]) -> None:
    clock = Clock()
    queue: FairQueue[int] = FairQueue(100, clock)
    seen: set[str] = set()
    for number, (address, port) in enumerate(peers):
        if address not in seen:
            queue.push(number, Peer(address, port), 1.0)
        seen.add(address)
    popped = [queue.pop() for _ in range(len(queue))]
    assert popped == sorted(popped)


def test_an_address_that_asks_for_much_lets_others_pass() -> None:
    queue: FairQueue[str] = FairQueue(100, Clock())
    for number in range(3):
        queue.push(f"much {number}", Peer("a", number), 2.0)
    queue.push("little", Peer("b", 1), 2.0)
    assert [queue.pop() for _ in range(4)] == ["much 0", "little", "much 1", "much 2"]


def test_what_an_item_costs_does_not_decide_its_own_place() -> None:
    queue: FairQueue[str] = FairQueue(100, Clock())
    queue.push("expensive", Peer("a"), 8.0)
    queue.push("cheap", Peer("b"), 0.001)
    assert queue.pop() == "expensive"


def test_a_right_token_clears_its_connection() -> None:
    clock = Clock()
    queue: FairQueue[str] = FairQueue(100, clock)
    peers = [Peer("a", 1), Peer("a", 2)]
    for peer in peers:
        queue.settle(peer, right=False)
    queue.settle(peers[1], right=True)
    for peer in peers:
        queue.push(f"{peer.port}", peer, 0.0)
    assert [queue.pop(), queue.pop()] == ["2", "1"]


def test_debts_are_forgotten_and_bounded() -> None:
    clock = Clock()
    queue: FairQueue[str] = FairQueue(100, clock)
    for port in range(100):
        queue.settle(Peer("a", 1), right=False)
        queue.settle(Peer("b", port), right=False)
    assert queue._debt(Peer("a", 1)) == 300
    for number in range(30_000):
        queue.settle(Peer(f"{number}", 1), right=False)
    assert len(queue._debts) <= 10_000
    clock.now += 301
    queue.settle(Peer("c", 1), right=False)
    assert len(queue._debts) == 2


def test_from_a_full_queue_the_last_has_to_leave() -> None:
    queue: FairQueue[str] = FairQueue(2, Clock())
    bad, good = Peer("bad", 1), Peer("good", 1)
    queue.settle(bad, right=False)
    assert queue.push("first", bad, 1.0) is None
    assert queue.push("second", bad, 1.0) is None
    assert queue.push("third", bad, 1.0) == "third"
    assert queue.push("good", good, 1.0) == "second"
    assert list(drained(queue)) == ["good", "first"]


def drained(queue: FairQueue[str]) -> Iterator[str]:
    while queue:
        yield queue.pop()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("a:b", "a:b"),
        ("", ""),
    ],
)
def test_hosts_that_choose_among_addresses_count_as_one(address: str, network: str) -> None:
    assert Peer(address, 1).network == network
