"""One watch over time: when it looks, and when it stops."""

from __future__ import annotations

import asyncio
import logging

import pytest
from prometheus_client import REGISTRY

from graph.model.errors import AccessDenied, NotFound, Throttled, Upstream, UpstreamTimeout
from graph.model.run import Run
from graph.runs.watch import PollPolicy
from tests.runs.watch.held import ARN, Aws, Follower, HeldClock, run, settle, watching


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


async def test_a_run_that_moves_is_looked_at_every_second(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(10)
        assert aws.times == list(range(11))
        assert follower.sequences == list(range(1, 12))
        await follower.leave()


async def test_a_run_that_stands_is_looked_at_ever_less_and_told_once(clock: HeldClock) -> None:
    aws = Aws(clock, lambda _: run("QUEUED"))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(30)
        assert aws.waits[:5] == [1.5, 2.25, 3.375, 5, 5]
        assert follower.sequences == [1]
        await follower.leave()


async def test_throttling_slows_to_half_a_minute_and_fails_nobody(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: Throttled("slow down") if n else run())
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(150)
        assert aws.waits == [1, 2, 4, 8, 16, 30, 30, 30]
        await clock.turn(3600)
        assert not follower.task.done()
        assert [bool(u.progress.stalled_since) for u in follower.seen] == [False, True]
        assert follower.sequences == [1, 2]
        await follower.leave()


async def test_after_throttling_a_run_that_moves_is_soon_looked_at_again(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: Throttled("x") if n in (1, 2, 3) else run(moved=n))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(17)
        assert aws.waits == [1, 2, 4, 8, 1, 1]
        await follower.leave()


@pytest.mark.parametrize("error", [Upstream("x"), UpstreamTimeout("x")])
async def test_patience_ends_after_a_minute_of_failure_and_not_before(
    clock: HeldClock, error: Exception
) -> None:
    aws = Aws(clock, lambda n: error if n else run())
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(1 + 59)
        assert not follower.task.done()
        await clock.turn(31)
        assert follower.task.exception() is error
        assert len(watches) == 0


async def test_a_stall_shows_while_aws_fails(clock: HeldClock) -> None:
    """As its run had stalled before, it need not be observed again for that long."""
    aws = Aws(clock, lambda _: Upstream("x") if clock.seconds > 1050 else run(moved=1))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(80)
        first, second = follower.seen
        assert second.progress.stalled_since == first.progress.observed_at
        assert second.progress.observed_at < clock.now()
        assert (second.progress.sequence, second.run) == (2, first.run)
        assert watches.latest(ARN) == second
        await follower.leave()


async def test_one_good_look_restores_the_patience(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: Upstream("x") if n % 4 else run(moved=n))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(700)
        assert len(aws.looks) > 30
        assert not follower.task.done()
        await follower.leave()


@pytest.mark.parametrize("error", [NotFound("gone"), AccessDenied("no")])
async def test_a_refusal_ends_a_watch_at_once(clock: HeldClock, error: Exception) -> None:
    aws = Aws(clock, lambda n: error if n else run())
    async with watching(aws, clock=clock) as watches:
        followers = [Follower(watches) for _ in range(3)]
        await clock.turn(1)
        assert [follower.task.exception() for follower in followers] == [error] * 3
        assert len(watches) == 0


async def test_a_look_that_never_returns_is_given_up(clock: HeldClock) -> None:
    async def never(_arn: str) -> Run:
        await asyncio.Event().wait()
        raise AssertionError

    async with watching(never, PollPolicy(call=0), clock) as watches:
        follower = Follower(watches)
        with pytest.raises(Upstream, match="AWS does not respond"):
            await asyncio.wait_for(follower.task, 10)


async def test_a_defect_ends_the_watch_with_words_and_a_log(
    clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    aws = Aws(clock, lambda _: ValueError("a defect"))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        with caplog.at_level(logging.ERROR):
            await clock.turn()
        with pytest.raises(Upstream, match="Follow it again") as caught:
            follower.task.result()
        assert "a defect" not in caught.value.message
        assert "a defect" in caplog.text
        assert len(watches) == 0


async def test_a_watch_that_nobody_follows_stops_looking(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(2.5)
        await follower.leave()
        await clock.turn(6)
        looks = len(aws.looks)
        assert aws.times[-1] <= 2.5 + 5
        assert (len(watches), watches.latest(ARN)) == (0, None)
        await clock.turn(600)
        assert len(aws.looks) == looks


async def test_the_looks_at_one_account_keep_to_its_budget(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, PollPolicy(per_second=5), clock) as watches:
        followers = [Follower(watches, f"{ARN}{n}") for n in range(20)]
        await clock.turn()
        assert aws.times == [0] * 20, "the first look answers who asks"
        await clock.turn(20)
        assert min(aws.waits[20:]) >= 0.2 - 1e-6
        assert len(aws.looks) - 20 == pytest.approx(5 * 20, abs=5)
        assert all(follower.sequences for follower in followers)
        for follower in followers:
            await follower.leave()


async def test_a_busy_account_delays_no_other(clock: HeldClock) -> None:
    other = ARN.replace("222222222222", "333333333333")
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, PollPolicy(per_second=1), clock) as watches:
        followers = [Follower(watches, f"{ARN}{n}") for n in range(30)]
        followers.append(Follower(watches, other))
        await clock.turn(10)
        assert sum(arn != other for arn in [arn for _, arn in aws.looks]) == 30 + 10
        assert [at for at, arn in aws.looks if arn == other] == list(range(11))
        for follower in followers:
            await follower.leave()


async def test_closing_ends_every_watch_wherever_it_waits(clock: HeldClock) -> None:
    inside = asyncio.Event()
    cancelled = 0

    async def look(arn: str) -> Run:
        nonlocal cancelled
        if arn.endswith("0"):
            return run()  # and then it sleeps until its next look
        inside.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled += 1
            raise
        raise AssertionError

    async with watching(look, PollPolicy(per_second=1e9), clock) as watches:
        followers = [Follower(watches, f"{ARN}{n}") for n in range(3)]
        await clock.turn(1)
        await asyncio.wait_for(inside.wait(), 10)
        assert len(watches) == 3
    await settle()
    assert (cancelled, len(watches)) == (2, 0)
    for follower in followers:
        await follower.leave()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_gauge_counts_the_watches_that_live(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run("SUCCESS") if n > 3 else run(moved=n))
    async with watching(aws, clock=clock) as watches:
        followers = [Follower(watches, f"{ARN}{n % 2}") for n in range(4)]
        await clock.turn()
        assert REGISTRY.get_sample_value("datasync_api_watches") == 2
        await clock.turn(30)
        assert REGISTRY.get_sample_value("datasync_api_watches") == 0
        assert all(follower.task.done() for follower in followers)


async def test_what_was_seen_last_can_be_asked_for_without_a_look(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        assert watches.latest(ARN) is None
        assert len(watches) == 0
        follower = Follower(watches)
        await clock.turn(3)
        assert watches.latest(ARN) == follower.seen[-1]
        assert len(aws.looks) == 4
        await follower.leave()
