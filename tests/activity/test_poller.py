"""At what pace an account is looked at, and which errors end the streams of those who follow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.activity import Pace
from graph.model.errors import AccessDenied, ApiError, Throttled, Upstream
from tests.activity.lab import LAB, OTHER, Follower, World, alone, arn, mover, only


@pytest.fixture
def world() -> World:
    world = World()
    world.has(mover("a"), mover("b"), mover("c", "h"))
    return world


async def leave(*followers: Follower) -> None:
    for follower in followers:
        await follower.leave()


async def test_changes_by_anyone_are_told_at_the_slow_pace_of_the_lists(world: World) -> None:
    async with alone(world) as activity:
        follower = Follower(activity)
        await world.clock.turn()
        assert follower.told == ["reset"]
        world.has(mover("a", status="UNAVAILABLE"), mover("d"))
        await world.clock.turn(4)
        assert follower.told == []
        await world.clock.turn(2)
        assert sorted(follower.told) == ["a g UNAVAILABLE", "d g AVAILABLE"]
        del world.movers[arn("b")]
        await world.clock.turn(6)
        assert follower.told == ["b is gone"]
        await world.clock.turn(60)
        assert follower.told == []
        assert len(world.lists) == pytest.approx(1 + 72 / 6, abs=2)
        await leave(follower)


async def test_many_followers_of_any_rights_share_one_look(world: World) -> None:
    async with alone(world) as activity:
        groups = [("g",), ("h",), ("g", "h"), ("nobodys",)]
        followers = [Follower(activity, only(*groups[n % 4])) for n in range(40)]
        await world.clock.turn(20)
        assert len(world.lists) <= 5
        assert len(activity) == 1
        await leave(*followers)
        await world.clock.turn(20)
        seen = len(world.lists)
        assert len(activity) == 0
        await world.clock.turn(60)
        assert len(world.lists) == seen, "nobody follows"


async def test_our_own_changes_are_looked_for_at_once(world: World) -> None:
    async with alone(world) as activity:
        follower = Follower(activity)
        await world.clock.turn(1.5)
        assert follower.told == ["reset"]
        world.has(mover("d"))
        for _ in range(50):
            activity.changed(LAB)
        activity.changed(OTHER)
        await world.clock.turn(1)
        assert follower.told == ["d g AVAILABLE"]
        assert len(world.lists) == 2
        run = world.starts("a")
        activity.changed(LAB, run)
        await world.clock.turn()
        assert follower.told == ["a exec-1 TRANSFERRING"]
        await leave(follower)


async def test_a_run_is_told_once_a_second_and_its_end_always(world: World) -> None:
    async with alone(world) as activity:
        follower = Follower(activity)
        await world.clock.turn()
        world.starts("a")
        await world.clock.turn(16)
        told = follower.told
        assert told[:2] == ["reset", "a g RUNNING"]
        assert set(told[2:]) == {"a exec-1 TRANSFERRING"}
        assert 8 <= len(told[2:]) <= 11
        world.ends("a")
        await world.clock.turn(7)
        told = follower.told
        assert "a exec-1 SUCCESS" in told
        assert "a g AVAILABLE" in told
        seen = world.described
        await world.clock.turn(30)
        assert world.described == seen, "only what is active is described"
        assert follower.told == []
        await leave(follower)


async def test_operations_are_told_and_make_the_movers_be_listed_at_once(world: World) -> None:
    world.operations["old"] = ("g", 1.0)
    async with alone(world) as activity:
        follower, blind = Follower(activity), Follower(activity, only("h"))
        await world.clock.turn(0.5)
        world.operations["o"] = ("g", 2.0)
        world.has(mover("d"))
        await world.clock.turn(2)
        assert follower.told == ["reset", "operation o", "d g AVAILABLE"]
        world.operations["o"] = ("g", 3.0)
        await world.clock.turn(1)
        assert follower.told == ["operation o"]
        assert blind.told == ["reset"]
        await leave(follower, blind)


@pytest.mark.parametrize("error", [AccessDenied("no"), Upstream("down"), Throttled("slow")])
async def test_a_first_look_that_fails_is_an_error_and_the_next_follower_tries_again(
    world: World, error: ApiError
) -> None:
    async with alone(world) as activity:
        world.error = error
        follower = Follower(activity)
        await world.clock.turn()
        assert follower.task.exception() is error
        world.error = None
        again = Follower(activity)
        await world.clock.turn()
        assert again.told == ["reset"]
        await leave(again)


async def test_aws_that_fails_for_a_minute_ends_the_streams_and_less_does_not(world: World) -> None:
    async with alone(world) as activity:
        follower = Follower(activity)
        await world.clock.turn()
        world.error = Upstream("down")
        await world.clock.turn(30)
        world.error = None
        world.has(mover("d"))
        await world.clock.turn(30)
        assert follower.told == ["reset", "d g AVAILABLE"]
        world.error = Upstream("down")
        await world.clock.turn(120)
        assert isinstance(follower.task.exception(), Upstream)


async def test_throttling_slows_the_lists_down_and_ends_nothing(world: World) -> None:
    async with alone(world) as activity:
        follower = Follower(activity)
        await world.clock.turn()
        world.error, seen = Throttled("slow"), len(world.lists)
        await world.clock.turn(300)
        assert len(world.lists) - seen < 20
        assert not follower.task.done()
        world.error = None
        await world.clock.turn(40)
        assert follower.told == ["reset", "reset"], "a run may have been missed"
        await leave(follower)


async def test_a_right_that_is_withdrawn_for_the_server_ends_the_streams(world: World) -> None:
    async with alone(world) as activity:
        follower = Follower(activity)
        await world.clock.turn()
        world.error = AccessDenied("no")
        await world.clock.turn(6)
        assert follower.task.exception() is world.error


async def test_lists_take_their_turn_among_the_polls_of_an_account(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    async with alone(world, Pace(lists=1)) as activity:
        take = activity._watches.turns.take

        async def noted(place: str) -> None:
            taken.append(place)
            await take(place)

        monkeypatch.setattr(activity._watches.turns, "take", noted)
        follower = Follower(activity)
        await world.clock.turn(10)
        assert set(taken) == {"us-east-1:222222222222"}
        assert len(taken) == len(world.lists) - 1, "the first one answers a request"
        await leave(follower)


async def test_a_failure_of_our_own_is_logged_and_ends_the_streams(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with alone(world) as activity:
        follower = Follower(activity)
        await world.clock.turn()
        world.movers["x"] = replace(mover("a"), tags=None)  # type: ignore[arg-type]
        await world.clock.turn(6)
        assert isinstance(follower.task.exception(), Upstream)
        assert "failed" in caplog.text
