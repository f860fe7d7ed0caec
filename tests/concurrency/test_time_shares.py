"""Callers take turns of equal time, whatever their items take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.concurrency.time_shares import TimeShares


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def serve(queue: TimeShares[float], clock: Clock) -> str:
    """Serves the next item, which is the time that it takes. Returns its caller."""
    line, seconds = queue.pop()
    clock.now += seconds
    queue.charge(line, seconds, clock.now)
    return str(line.caller)


def test_items_of_one_user_keep_their_order() -> None:
    queue: TimeShares[int] = TimeShares()
    for number in range(5):
        queue.push(("key", "user"), number)
    popped = [queue.pop() for _ in range(5)]
    assert [(line.caller, number) for line, number in popped] == [("key", n) for n in range(5)]
    assert not queue
    with pytest.raises(IndexError):
        queue.pop()


def test_users_of_a_key_take_turns() -> None:
    queue: TimeShares[str] = TimeShares()
    for user, count in (("a", 3), ("b", 2), (None, 1)):
        for number in range(count):
            queue.push(("key", user, f"request {number}"), f"{user}{number}")
    assert [queue.pop()[1] for _ in range(6)] == ["a0", "b0", "None0", "a1", "b1", "a2"]


@pytest.mark.parametrize("long", [0.002, 0.02, 0.2])
def test_one_that_comes_later_waits_for_one_item_of_another_at_most(
    clock: Clock, long: float
) -> None:
    queue: TimeShares[float] = TimeShares(clock)
    for _ in range(1_000):
        queue.push(("flood",), long)
    serve(queue, clock)
    for _ in range(10):  # its items, each of which follows from the one before
        queue.push(("honest",), 0.0001)
        served = [serve(queue, clock), serve(queue, clock)]
        assert "honest" in served


@given(st.lists(st.floats(0.0001, 0.01), min_size=2, max_size=5))
def test_callers_that_always_have_items_get_equal_times(items: list[float]) -> None:
    clock = Clock()
    queue: TimeShares[float] = TimeShares(clock)
    used = dict.fromkeys((str(number) for number in range(len(items))), 0.0)
    for caller, seconds in zip(used, items, strict=True):
        queue.push((caller,), seconds)
        queue.push((caller,), seconds)
    for _ in range(3_000):
        line, seconds = queue.pop()
        queue.charge(line, seconds, clock.now)
        queue.push((line.caller,), seconds)
        used[str(line.caller)] += seconds
    # A turn and an item more or less, as the last may have just been served.
    assert max(used.values()) - min(used.values()) <= 2 * (max(items) + 0.0005)


@pytest.mark.parametrize(("idle", "passed_over"), [(0.0, 8), (0.004, 4), (0.008, 0), (1.0, 0)])
def test_what_one_has_used_is_paid_by_waiting_or_by_being_idle(
    clock: Clock, idle: float, passed_over: int
) -> None:
    queue: TimeShares[float] = TimeShares(clock)
    queue.push(("busy",), 0.004)
    serve(queue, clock)
    clock.now += idle
    queue.push(("busy",), 0.001)
    for _ in range(20):
        queue.push(("other",), 0.0005)
    served = [serve(queue, clock) for _ in range(20)]
    assert abs(served.index("busy") - passed_over) <= 1


def test_what_is_kept_of_callers_that_have_left_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from graph.concurrency import time_shares  # noqa: PLC0415 - the module, to change its bound

    monkeypatch.setattr(time_shares, "_IDLE", 10)
    queue: TimeShares[int] = TimeShares()
    for number in range(100):
        queue.push((f"peer {number}",), number)
        queue.pop()
        assert len(queue._lines) <= 11


def test_waiting_counts_the_items_of_a_caller() -> None:
    queue: TimeShares[int] = TimeShares()
    assert queue.waiting("key") == 0
    queue.push(("key", "a"), 1)
    queue.push(("key", "b"), 2)
    assert queue.waiting("key") == 2
    queue.pop()
    assert queue.waiting("key") == 1
    queue.clear()
    assert (queue.waiting("key"), bool(queue)) == (0, False)
