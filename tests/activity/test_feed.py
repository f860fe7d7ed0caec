"""Followers at several processes of a deployment: one of them looks, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.activity.lab import LAB, Follower, Replica, World, mover, replica
from tests.runs.watch.deployment import Table


@pytest.fixture
def world() -> World:
    world = World()
    world.has(mover("a"), mover("b"))
    return world


@pytest.fixture
def table(world: World) -> Table:
    return Table(world.clock)


async def leave(*followers: Follower) -> None:
    for follower in followers:
        await follower.leave()


def statuses(follower: Follower) -> set[str]:
    return {each for each in follower.told if " exec-" not in each}


async def test_five_processes_look_as_often_as_one_and_tell_the_same(
    world: World, table: Table
) -> None:
    async with (
        replica(table, world) as a,
        replica(table, world) as b,
        replica(table, world) as c,
        replica(table, world) as d,
        replica(table, world) as e,
    ):
        followers = [Follower(each.activity) for each in (a, b, c, d, e) for _ in range(3)]
        await world.clock.turn(3)
        world.has(mover("c"))
        world.starts("a")
        await world.clock.turn(57)
        assert len(world.lists) == pytest.approx(60 / 6, abs=2)
        assert world.described == pytest.approx(57, abs=8)
        for follower in followers:
            told = follower.told
            assert told[0] == "reset"
            assert {"c g AVAILABLE", "a g RUNNING"} <= set(told)
            assert 20 <= told.count("a exec-1 TRANSFERRING") <= 60
        await leave(*followers)


async def test_a_client_resumes_at_another_process_also_after_the_first_has_died(
    world: World, table: Table
) -> None:
    async with replica(table, world) as a, replica(table, world) as b:
        first = Follower(a.activity)
        await world.clock.turn(1)
        other = Follower(b.activity)
        await world.clock.turn(8)
        assert first.told == other.told == ["reset"]
        world.has(mover("c"))
        await world.clock.turn(8)
        assert first.told == other.told == ["c g AVAILABLE"]
        await a.die()
        world.has(mover("d"))
        await world.clock.turn(4)
        world.has(mover("e"))
        resumed = Follower(b.activity, after=first.cursor)
        await world.clock.turn(12)
        assert resumed.changes[0].cursor == first.cursor
        assert set(resumed.told) == {"reset", "d g AVAILABLE", "e g AVAILABLE"}
        assert set(other.told) == {"d g AVAILABLE", "e g AVAILABLE"}
        await leave(first, other, resumed)


async def test_what_another_server_changes_is_looked_for_at_once(
    world: World, table: Table
) -> None:
    async with replica(table, world) as a, replica(table, world) as b:
        first = Follower(a.activity)
        await world.clock.turn(2)
        assert first.told == ["reset"]
        world.has(mover("c"))
        b.activity.changed(LAB)
        await world.clock.turn(1.5)
        assert first.told == ["c g AVAILABLE"]
        table.fails = True
        b.activity.changed(LAB)
        await world.clock.turn(1)
        await leave(first)


async def test_processes_that_cannot_reach_the_store_look_for_themselves(
    world: World, table: Table
) -> None:
    async with replica(table, world) as a, replica(table, world) as b:
        first = Follower(a.activity)
        await world.clock.turn(1)
        other = Follower(b.activity)
        await world.clock.turn(6)
        before = first.told, other.told
        assert before == (["reset"], ["reset"])
        table.fails = True
        await world.clock.turn(5)
        world.has(mover("c"))
        await world.clock.turn(10)
        assert "c g AVAILABLE" in first.told
        assert "c g AVAILABLE" in other.told
        table.fails = False
        world.has(mover("d"))
        await world.clock.turn(20)
        for follower in (first, other):
            assert set(follower.told) & {"d g AVAILABLE", "reset"}
        seen = len(world.lists)
        await world.clock.turn(60)
        assert len(world.lists) - seen == pytest.approx(10, abs=2), "one looks again"
        await leave(first, other)


async def test_the_cursor_of_a_process_that_was_cut_off_is_not_taken_for_another_one(
    world: World, table: Table
) -> None:
    async with replica(table, world) as a, replica(table, world) as b:
        first = Follower(a.activity)
        await world.clock.turn(3)
        other = Follower(b.activity)
        await world.clock.turn(3)
        table.fails = True
        await world.clock.turn(5)
        world.has(mover("c"))
        await world.clock.turn(12)
        assert "c g AVAILABLE" in first.told
        resumed = Follower(b.activity, after=first.cursor)
        await world.clock.turn(1)
        assert resumed.changes[0].cursor != first.cursor
        await leave(first, other, resumed)


async def test_a_server_that_stops_hands_over_and_clients_miss_nothing(
    world: World, table: Table
) -> None:
    async with replica(table, world) as b:
        async with replica(table, world) as a:
            first = Follower(a.activity)
            await world.clock.turn(2)
            other: Follower = Follower(b.activity)
            await world.clock.turn(5)
        world.has(mover("c"))
        assert first.told == ["reset"]
        moved = Follower(b.activity, after=first.cursor)
        await world.clock.turn(8)
        assert moved.changes[0].cursor == first.cursor
        assert set(moved.told) == {"reset", "c g AVAILABLE"}
        assert isinstance(b, Replica)
        await leave(first, other, moved)
