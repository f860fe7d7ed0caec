"""The activity of an account: who is told what, and where a follower resumes."""

from __future__ import annotations

import asyncio

import pytest

from graph.model.errors import QuotaExceeded, Upstream
from graph.model.mover import Account
from tests.activity.lab import LAB, Follower, World, alone, arn, mover, only


@pytest.fixture
def world() -> World:
    world = World()
    world.has(mover("a"), mover("b"), mover("c", "h"))
    return world


async def leave(*followers: Follower) -> None:
    for follower in followers:
        await follower.leave()


async def test_who_may_not_see_the_new_group_of_a_mover_is_told_that_it_is_gone(
    world: World,
) -> None:
    async with alone(world) as activity:
        g, h, both = (Follower(activity, only(*groups)) for groups in (("g",), ("h",), ("g", "h")))
        await world.clock.turn()
        world.has(mover("a", "h"))
        await world.clock.turn(6)
        assert g.told == ["reset", "a is gone"]
        assert h.told == ["reset", "a h AVAILABLE"]
        assert both.told == ["reset", "a h AVAILABLE"]
        world.has(mover("a", "g"))
        await world.clock.turn(6)
        assert (g.told, h.told) == (["a g AVAILABLE"], ["a is gone"])
        await leave(g, h, both)


async def test_the_groups_of_movers_that_change_are_noted(world: World) -> None:
    noted: list[tuple[str, str | None]] = []
    async with alone(world, note_group=lambda *told: noted.append(told)) as activity:
        follower = Follower(activity)
        await world.clock.turn()
        noted.clear()
        world.has(mover("a", "h"))
        await world.clock.turn(6)
        assert noted == [(arn("a"), "h")]
        await follower.leave()


async def test_who_comes_back_is_told_what_it_has_missed(world: World) -> None:
    async with alone(world) as activity:
        first = Follower(activity)
        await world.clock.turn(6)
        assert first.told == ["reset"]
        await first.leave()
        world.has(mover("d"), mover("a", status="UNAVAILABLE"))
        del world.movers[arn("b")]
        await world.clock.turn(30)
        assert len(activity) == 0
        back = Follower(activity, after=first.cursor)
        await world.clock.turn(1)
        assert back.changes[0].cursor == first.cursor
        assert back.told[0] == "reset"
        again = Follower(activity, after=first.cursor)
        await world.clock.turn(1)
        assert sorted(again.told) == ["a g UNAVAILABLE", "b is gone", "d g AVAILABLE", "reset"]
        await leave(back, again)


@pytest.mark.parametrize("cursor", ["", "x", "a.b", "a.1", "deadbeef.1", "1.99999999999999999999"])
async def test_an_unknown_cursor_is_told_to_begin_anew(world: World, cursor: str) -> None:
    async with alone(world) as activity:
        follower = Follower(activity, after=cursor)
        await world.clock.turn()
        assert follower.changes[0].cursor != cursor
        assert follower.told == ["reset"]
        await leave(follower)


async def test_who_was_away_while_nobody_looked_begins_anew(world: World) -> None:
    async with alone(world) as activity:
        first = Follower(activity)
        await world.clock.turn(1)
        assert first.told == ["reset"]
        await first.leave()
        await world.clock.turn(90)
        back = Follower(activity, after=first.cursor)
        await world.clock.turn(1)
        assert back.changes[0].cursor != first.cursor
        await leave(back)


async def test_a_slow_client_gets_the_newest_of_each_and_more_than_can_be_kept_is_a_reset(
    world: World,
) -> None:
    async with alone(world) as activity:
        slow = activity.follow(LAB, lambda _: True)
        first = asyncio.ensure_future(anext(slow))
        await world.clock.turn()
        assert first.result().subject is None
        for round_ in range(3):
            world.has(mover("a", status=f"S{round_}"))
            await world.clock.turn(6)
        change = await anext(slow)
        assert change.mover is not None
        assert change.mover.status == "S2"
        world.has(*(mover(f"m{number}") for number in range(1_500)))
        await world.clock.turn(60)
        assert (await anext(slow)).subject is None
        await slow.aclose()


async def test_a_server_that_stops_ends_the_streams(world: World) -> None:
    async with alone(world) as activity:
        follower = Follower(activity)
        await world.clock.turn()
    await world.clock.turn()
    assert isinstance(follower.task.exception(), Upstream)
    with pytest.raises(Upstream):
        await anext(activity.follow(LAB, lambda _: True))


async def test_the_accounts_that_are_followed_are_bounded(world: World) -> None:
    async with alone(world) as activity:
        accounts = [Account(f"{number:012}", "us-east-1") for number in range(200)]
        followers = [Follower(activity, account=each) for each in accounts]
        await world.clock.turn()
        with pytest.raises(QuotaExceeded):
            await anext(activity.follow(LAB, lambda _: True))
        await leave(*followers)
