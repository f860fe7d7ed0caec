"""Turns by share: a caller that queues a lot delays only itself."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from graph.concurrency import RoundRobin


def drained(queue: RoundRobin[str]) -> list[str]:
    items = []
    while (popped := queue.pop()) is not None:
        items.append(popped[1])
    return items


def test_callers_take_turns_and_so_do_the_users_and_requests_of_each() -> None:
    queue: RoundRobin[str] = RoundRobin()
    for item in ("a-u-1", "a-u-2", "a-u-3", "a-v-1", "a-v-2", "b-w-1"):
        key, user, _ = item.split("-")
        queue.push((key, user), item)
    assert drained(queue) == ["a-u-1", "b-w-1", "a-v-1", "a-u-2", "a-v-2", "a-u-3"]


def test_an_item_is_popped_with_its_share_and_only_if_its_caller_is_ready() -> None:
    queue: RoundRobin[str] = RoundRobin()
    queue.push(("a", 1), "first")
    queue.push(("b", 2), "second")
    assert queue.pop(lambda caller: caller == "b") == (("b", 2), "second")
    assert queue.pop(lambda caller: caller == "b") is None
    assert queue.pop() == (("a", 1), "first")
    assert not queue


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=60))
def test_nothing_is_lost_and_what_is_discarded_leaves_nothing_behind(
    pushed: list[tuple[int, int, bool]],
) -> None:
    queue: RoundRobin[int] = RoundRobin()
    for number, (key, user, _) in enumerate(pushed):
        queue.push((key, user), number)
    for number, (key, user, gone) in enumerate(pushed):
        if gone:
            queue.discard((key, user), number)
            queue.discard((key, user), number)
    kept = {number for number, (_, _, gone) in enumerate(pushed) if not gone}
    popped = set()
    while (found := queue.pop()) is not None:
        popped.add(found[1])
    assert popped == kept
    assert not queue


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_between_two_turns_of_a_caller_each_other_has_at_most_one(callers: list[int]) -> None:
    queue: RoundRobin[int] = RoundRobin()
    for number, caller in enumerate(callers):
        queue.push((caller,), number)
    order: list[object] = []
    while (popped := queue.pop()) is not None:
        order.extend(popped[0])
    for caller in set(callers):
        turns = [index for index, each in enumerate(order) if each == caller]
        for start, end in pairwise(turns):
            between = order[start + 1 : end]
            assert len(between) == len(set(between))
