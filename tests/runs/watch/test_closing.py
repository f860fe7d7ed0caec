"""Watches that close, and clients that come back to others."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from graph.model.errors import Upstream
from graph.runs.watch import Watches
from tests.runs.watch.held import Aws, Follower, HeldClock, run, settle, updates, watching


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


async def test_who_still_follows_when_all_closes_is_told(clock: HeldClock) -> None:
    async with watching(Aws(clock, lambda _: run()), clock=clock) as watches:
        followers = [Follower(watches) for _ in range(3)]
        await clock.turn()
    await settle()
    for follower in followers:
        assert follower.sequences == [1]
        assert isinstance(follower.task.exception(), Upstream)


async def test_who_waits_for_the_first_state_when_all_closes_is_told(clock: HeldClock) -> None:
    async def never(_arn: str) -> None:
        await asyncio.Event().wait()

    async with watching(never, clock=clock) as watches:  # type: ignore[arg-type]
        follower = Follower(watches)
        await settle()
    await settle()
    assert isinstance(follower.task.exception(), Upstream)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_slow_follower_gets_the_last_state_before_it_is_told(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with aclosing(updates(watches := watching(aws, clock=clock))) as slow:
        async with watches:
            await asyncio.wait_for(anext(slow), 10)
            await clock.turn(5)
        assert (await asyncio.wait_for(anext(slow), 10)).progress.sequence == 6
        with pytest.raises(Upstream):
            await asyncio.wait_for(anext(slow), 10)


async def test_what_is_closed_takes_no_followers(clock: HeldClock) -> None:
    aws = Aws(clock, lambda _: run())
    async with watching(aws, clock=clock) as watches:
        pass
    with pytest.raises(Upstream):
        await anext(updates(watches))
    assert aws.looks == []


async def test_a_number_of_another_watch_keeps_no_state_back(clock: HeldClock) -> None:
    aws = Aws(clock, lambda n: run(moved=n))
    async with Watches(aws, clock=clock) as one, Watches(aws, clock=clock) as other:
        first = Follower(one)
        await clock.turn()
        assert len(first.seen) == 1
        back = Follower(other, after=first.sequences[-1])
        await clock.turn()
        assert len(back.seen) == 1
        assert back.sequences != first.sequences
        again = Follower(other, after=back.sequences[-1])
        await clock.turn(0.5)
        assert again.seen == []
        for follower in (first, back, again):
            await follower.leave()


async def test_each_watch_begins_to_count_at_random_within_graphqls_int(clock: HeldClock) -> None:
    aws = Aws(clock, lambda _: run("SUCCESS"))
    starts = set()
    async with Watches(aws, clock=clock) as watches:
        for _ in range(20):
            follower = Follower(watches)
            await clock.turn(1)
            starts.update(follower.sequences)
    assert len(starts) == 20
    assert all(1 <= start <= 2**30 for start in starts)
