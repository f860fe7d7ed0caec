"""Watching runs, on a clock that the test turns."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.errors import NotFound, Throttled, Upstream
from graph.model.run import Counters, Outcome, Run, RunResult
from graph.runs.watch import PollPolicy, Watches
from graph.runs.watch.meter import Meter
from tests.runs.watch.held import watching

ARN = "arn:aws:datasync:us-east-1:222222222222:task/task-1/execution/exec-1"
START = datetime(2026, 1, 1, tzinfo=UTC)


class TurnedClock:
    """Time passes as fast as those who wait for it ask."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


def run(status: str = "TRANSFERRING", moved: int = 0, total: int = 100, mode: str = "BASIC") -> Run:
    return Run(
        run_arn=ARN,
        status=status,
        mode=mode,
        requested_at=START,
        launched_at=START,
        ended_at=None,
        counters=Counters(bytes_transferred=moved, bytes_estimated=total),
        result=None,
        options={},
        described={},
    )


class Aws:
    """Plays back looks, and repeats the last one."""

    def __init__(self, *looks: Run | Exception) -> None:
        self.looks, self.calls = list(looks), 0

    async def __call__(self, _arn: str) -> Run:
        look = self.looks[min(self.calls, len(self.looks) - 1)]
        self.calls += 1
        if isinstance(look, Exception):
            raise look
        return look


async def followed(watches: Watches, after: int | None = None) -> list[tuple[str, int]]:
    async with aclosing(watches.follow(ARN, after)) as updates:
        return [(u.run.status, u.progress.sequence) async for u in updates]


async def test_each_change_comes_and_then_the_end() -> None:
    aws = Aws(run("LAUNCHING"), run(moved=10), run(moved=10), run(moved=90), run("SUCCESS", 100))
    async with watching(aws, clock=TurnedClock()) as watches:
        assert await followed(watches) == [
            ("LAUNCHING", 1),
            ("TRANSFERRING", 2),
            ("TRANSFERRING", 3),
            ("SUCCESS", 4),
        ]


async def test_many_followers_share_one_watch() -> None:
    aws = Aws(*(run(moved=n) for n in range(5)), run("SUCCESS", 100))
    async with watching(aws, clock=TurnedClock()) as watches:
        ends = await asyncio.gather(*(followed(watches) for _ in range(50)))
    assert aws.calls == 6
    assert {end[-1][0] for end in ends} == {"SUCCESS"}


async def test_a_first_look_that_fails_is_the_followers_error() -> None:
    for error in (NotFound("gone"), Throttled("slow down")):
        async with watching(Aws(error), clock=TurnedClock()) as watches:
            with pytest.raises(type(error)):
                await followed(watches)


async def test_throttling_in_between_is_no_error_and_slows() -> None:
    clock = TurnedClock()
    aws = Aws(run(), Throttled("x"), Throttled("x"), Throttled("x"), run("SUCCESS", 100))
    async with watching(aws, clock=clock) as watches:
        assert (await followed(watches))[-1][0] == "SUCCESS"
    assert clock.seconds >= 2 + 4 + 8


async def test_an_aws_that_fails_for_long_is_told() -> None:
    async with watching(Aws(run(), Upstream("down")), clock=TurnedClock()) as watches:
        with pytest.raises(Upstream):
            await followed(watches)


async def test_a_watch_that_is_closed_leaves_no_task() -> None:
    started = asyncio.Event()

    async def never(_arn: str) -> Run:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with watching(never) as watches:
        follower = asyncio.create_task(followed(watches))
        await asyncio.wait_for(started.wait(), 10)
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_run_seen_cancelling_ended_as_cancelled() -> None:
    failed = replace(
        run("ERROR"),
        result=RunResult(phases=(), total_duration_ms=1, error_code=None, error_detail=None),
    )
    async with watching(Aws(run("CANCELLING"), failed), clock=TurnedClock()) as watches:
        async for update in watches.follow(ARN):
            last = update
    assert last.run.outcome is Outcome.CANCELLED


async def test_what_a_client_has_already_is_not_sent_again() -> None:
    async with watching(Aws(run(), run("SUCCESS")), clock=TurnedClock()) as watches:
        assert await followed(watches, after=1) == [("SUCCESS", 2)]


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=30))
def test_percent_never_falls_while_totals_are_final(counts: list[int]) -> None:
    meter = Meter(PollPolicy())
    shown = [
        meter.observe(run(moved=count, total=700), float(n), START).percent or 0.0
        for n, count in enumerate(counts)
    ]
    assert shown == sorted(shown)
    assert all(0 <= percent <= 100 for percent in shown)


def test_rates_and_time_left_come_with_the_second_look_at_what_moves() -> None:
    meter = Meter(PollPolicy())
    first = meter.observe(run(moved=100, total=1000), 0, START)
    assert (first.bytes_per_second, first.seconds_left) == (None, None)
    second = meter.observe(run(moved=200, total=1000), 1, START)
    assert second.bytes_per_second == pytest.approx(100)
    assert second.seconds_left == 8


def test_a_run_that_stands_still_is_said_to_be_stalled() -> None:
    meter = Meter(PollPolicy(stalled=60))
    meter.observe(run(moved=1), 0, START)
    assert meter.observe(run(moved=1), 59, START).stalled_since is None
    assert meter.observe(run(moved=1), 61, START).stalled_since == START


class StoppedClock(TurnedClock):
    async def sleep(self, seconds: float) -> None:  # noqa: ARG002
        await asyncio.get_running_loop().create_future()


async def test_a_state_can_be_repeated_to_all_who_follow() -> None:
    async with watching(Aws(run(moved=1)), clock=StoppedClock()) as watches:
        watches.repeat(ARN)  # nobody follows
        async with aclosing(watches.follow(ARN)) as one, aclosing(watches.follow(ARN)) as other:
            states = [await anext(one), await anext(other)]
            watches.repeat(ARN)
            states += [await anext(one), await anext(other)]
    assert len({id(state) for state in states}) == 1
