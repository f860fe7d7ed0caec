"""Watches that ask how long earlier runs of their mover took."""

from __future__ import annotations

import pytest

from graph.model.errors import Upstream
from graph.runs.watch import Watches
from tests.runs.watch.held import Aws, Follower, HeldClock, run


class History:
    """Answers with a number or an error, and notes who asked."""

    def __init__(self, clock: HeldClock, answer: float | Exception | None) -> None:
        self._clock, self._answer = clock, answer
        self.asked: list[tuple[float, str]] = []

    async def __call__(self, task_arn: str) -> float | None:
        self.asked.append((self._clock.seconds - 1000, task_arn))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


async def test_earlier_runs_are_asked_for_once_and_their_estimate_is_sent(
    clock: HeldClock,
) -> None:
    history = History(clock, 5_000.0)
    aws = Aws(clock, lambda _: run("PREPARING"))
    async with Watches(aws, None, clock, history=history, first=lambda: 1) as watches:
        follower = Follower(watches)
        await clock.turn(60)
        ((when, task_arn),) = history.asked
        assert task_arn == "arn:aws:datasync:us-east-1:222222222222:task/task-1"
        assert when == pytest.approx(3 * 0.2), "its calls take turns"
        first, second, *_ = follower.seen
        assert (first.progress.basis, second.progress.basis) == (None, "HISTORY")
        assert second.progress.seconds_left == pytest.approx(4_000, abs=1)
        await follower.leave()


@pytest.mark.parametrize("answer", [None, Upstream("down"), TimeoutError()])
async def test_a_run_is_followed_without_an_estimate_if_there_is_none(
    clock: HeldClock, answer: Exception | None
) -> None:
    history = History(clock, answer)
    aws = Aws(clock, lambda n: run("PREPARING", files=n))
    async with Watches(aws, None, clock, history=history, first=lambda: 1) as watches:
        follower = Follower(watches)
        await clock.turn(20)
        assert len(history.asked) == 1
        assert follower.sequences == list(range(1, len(follower.seen) + 1))
        assert len(follower.seen) >= 19
        assert {each.progress.basis for each in follower.seen} == {None}
        await follower.leave()


@pytest.mark.parametrize("status", ["TRANSFERRING", "QUEUED", "SUCCESS"])
async def test_earlier_runs_are_not_asked_for_in_vain(clock: HeldClock, status: str) -> None:
    history = History(clock, 5_000.0)
    aws = Aws(clock, lambda n: run(status, moved=n))
    async with Watches(aws, None, clock, history=history) as watches:
        follower = Follower(watches)
        await clock.turn(10)
        assert history.asked == []
        await follower.leave()
