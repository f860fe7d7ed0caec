"""What followers of a run receive: quick, slow, late, and reconnected ones."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from graph.model.errors import NotFound, Throttled
from tests.runs.watch.held import Aws, Follower, HeldClock, run, settle, updates, watching


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


async def test_who_follows_again_after_a_failure_gets_a_new_watch(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run("SUCCESS") if n else Throttled("x"))
    async with watching(aws, clock=clock) as watches:
        first = Follower(watches)
        await clock.turn()
        assert isinstance(first.task.exception(), Throttled)
        second = Follower(watches)
        await clock.turn(1)
        assert second.task.exception() is None
        assert second.sequences == [1]


async def test_a_latecomer_gets_the_present_state_without_a_look(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        first = Follower(watches)
        await clock.turn(3.5)
        looks = len(aws.looks)
        second = Follower(watches)
        await clock.turn()
        assert second.seen == first.seen[-1:]
        assert len(aws.looks) == looks
        await clock.turn(2)
        assert second.sequences == [4, 5, 6]
        assert len(aws.looks) == looks + 2
        await first.leave()
        await second.leave()


async def test_one_follower_that_leaves_takes_nothing_from_the_others(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        leaver, stayer = Follower(watches), Follower(watches)
        await clock.turn(2)
        await leaver.leave()
        await clock.turn(20)
        assert leaver.sequences == [1, 2, 3]
        assert stayer.sequences == list(range(1, 24))
        await stayer.leave()


async def test_a_watch_lingers_for_who_comes_back_and_counts_on(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        first = Follower(watches)
        await clock.turn(2.5)
        await first.leave()
        await clock.turn(4)
        back = Follower(watches, after=first.sequences[-1])
        await clock.turn(0)
        assert back.sequences == [7]
        await clock.turn(20)
        assert back.sequences == list(range(7, 28))
        await back.leave()


async def test_the_end_closes_the_watch_and_a_later_follower_gets_it_again(
    clock: HeldClock,
) -> None:
    aws = Aws(clock, lambda n: run("SUCCESS") if n else run())
    async with watching(aws, clock=clock) as watches:
        first = Follower(watches)
        await clock.turn(1)
        assert first.task.done()
        assert len(watches) == 0
        later = Follower(watches, after=1)
        await clock.turn(1)
        assert later.task.done()
        assert [update.run.status for update in later.seen] == ["SUCCESS"]
    assert len(aws.looks) == 3


async def test_a_slow_follower_gets_the_newest_state_alone(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with (
        watching(aws, clock=clock) as watches,
        aclosing(updates(watches)) as slow,
    ):
        first = await asyncio.wait_for(anext(slow), 10)
        await clock.turn(50)
        second = await asyncio.wait_for(anext(slow), 10)
        assert (first.progress.sequence, second.progress.sequence) == (1, 51)
        third = asyncio.ensure_future(anext(slow))
        await settle()
        assert not third.done()
        await clock.turn(1)
        assert third.result().progress.sequence == 52


async def test_a_slow_follower_misses_neither_the_last_state_nor_the_failure(
    clock: HeldClock,
) -> None:
    gone = NotFound("gone")
    aws = Aws(clock, lambda n: run(moved=n) if n < 4 else gone)
    async with (
        watching(aws, clock=clock) as watches,
        aclosing(updates(watches)) as slow,
    ):
        await asyncio.wait_for(anext(slow), 10)
        await clock.turn(10)
        last = await asyncio.wait_for(anext(slow), 10)
        assert last.progress.sequence == 4
        with pytest.raises(NotFound):
            await asyncio.wait_for(anext(slow), 10)


async def test_a_slow_follower_learns_the_end_and_is_let_go(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n) if n < 4 else run("SUCCESS"))
    async with (
        watching(aws, clock=clock) as watches,
        aclosing(updates(watches)) as slow,
    ):
        await asyncio.wait_for(anext(slow), 10)
        await clock.turn(10)
        assert (await asyncio.wait_for(anext(slow), 10)).run.ended
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(slow), 10)


async def test_a_stall_is_told_once_and_its_end_too(clock: HeldClock) -> None:
    aws = Aws(clock, lambda _: run(moved=500 if clock.seconds > 1200 else 1))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(190)
        assert [u.progress.stalled_since for u in follower.seen] == [
            None,
            follower.seen[0].progress.observed_at,
        ]
        await clock.turn(20)
        assert follower.seen[-1].progress.stalled_since is None
        assert follower.sequences == [1, 2, 3]
        await follower.leave()
