"""A process that shares its watches with no other."""

from __future__ import annotations

import pytest

from graph.runs.watch.sharing import Unshared
from tests.runs.watch.held import ARN, Aws, Follower, HeldClock, run, watching


async def test_without_others_a_process_always_polls() -> None:
    clock = HeldClock()
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        follower = Follower(watches)
        await clock.turn(3)
        assert len(aws.looks) == 4
        await follower.leave()
    assert Unshared().polls


async def test_nothing_is_held_that_could_be_given_up(recwarn: pytest.WarningsRecorder) -> None:
    clock = HeldClock()
    async with watching(Aws(clock, lambda _: run()), clock=clock) as watches:
        follower = Follower(watches, ARN)
        await clock.turn()
        await follower.leave()
        await clock.turn(20)
        assert len(watches) == 0
    assert not recwarn.list
