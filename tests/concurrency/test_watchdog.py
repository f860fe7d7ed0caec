"""One timer checks all that is due, and nothing that is no longer wanted."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

import pytest

from graph.concurrency import Check, Watchdog


class Clock:
    """The timers of a loop, fired by hand."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.now, self._loop = 0.0, loop
        self.timers: list[asyncio.TimerHandle] = []

    def call_at(self, when: float, callback: Any) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, (), self._loop)
        self.timers.append(timer)
        return timer

    def advance(self, to: float) -> None:
        self.now = to
        while due := [t for t in self.timers if not t.cancelled() and t.when() <= to]:
            self.timers.remove(due[0])
            due[0]._run()

    @property
    def pending(self) -> list[float]:
        return [timer.when() for timer in self.timers if not timer.cancelled()]


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    loop = asyncio.get_running_loop()
    clock = Clock(loop)
    monkeypatch.setattr(loop, "call_at", clock.call_at)
    monkeypatch.setattr(loop, "time", lambda: clock.now)
    return clock


def noting(seen: list[Any], name: Any) -> Check:
    def check(_now: float) -> None:
        seen.append(name)

    return check


async def test_thousands_share_one_timer_and_none_is_left(clock: Clock) -> None:
    watchdog, seen = Watchdog(), list[int]()
    with ExitStack() as stack:
        for number in range(1_000):
            stack.enter_context(watchdog.checking(noting(seen, number), 1 + number / 1_000))
            assert len(clock.pending) == 1
        clock.advance(1.5)
        assert seen == list(range(501))
        clock.advance(10)
        assert seen == list(range(1_000))
    assert clock.pending == []


async def test_a_check_says_when_it_is_due_again(clock: Clock) -> None:
    watchdog, seen = Watchdog(), list[float]()

    def check(now: float) -> float | None:
        seen.append(now)
        return now + 2 if len(seen) < 3 else None

    with watchdog.checking(check, 1):
        for time in range(10):
            clock.advance(time)
    assert seen == [1, 3, 5]


async def test_an_earlier_check_does_not_wait_for_a_later_one(clock: Clock) -> None:
    watchdog, seen = Watchdog(), list[str]()
    with watchdog.checking(noting(seen, "late"), 5), watchdog.checking(noting(seen, "early"), 1):
        clock.advance(2)
        assert seen == ["early"]
        assert clock.pending == [5]


async def test_what_is_no_longer_wanted_is_not_checked_and_not_held(clock: Clock) -> None:
    watchdog, seen = Watchdog(), list[str]()
    with watchdog.checking(noting(seen, "stays"), 2):
        with watchdog.checking(noting(seen, "left"), 1):
            pass
        clock.advance(3)
    assert seen == ["stays"]
    assert clock.pending == []


async def test_a_check_may_end_itself_and_others(clock: Clock) -> None:
    watchdog, seen = Watchdog(), list[str]()
    with ExitStack() as stack:

        def end_all(_now: float) -> float:
            seen.append("ended")
            stack.close()
            return 0.0

        stack.enter_context(watchdog.checking(end_all, 1))
        stack.enter_context(watchdog.checking(noting(seen, "other"), 1))
        clock.advance(5)
    assert seen == ["ended"]
    assert clock.pending == []
