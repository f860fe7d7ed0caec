"""One reader follows several runs: the newest state of each, until all have ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from graph.model.errors import NotFound, Upstream
from graph.model.run import Run
from graph.runs.watch import PollPolicy, Update
from tests.runs.watch.held import ARN, HeldClock, run, settle, watching

RUNS = [f"{ARN[:-1]}{number}" for number in range(5)]


QUICK = PollPolicy(per_second=1_000)


class Aws:
    """Run n ends after n seconds, and those of ``failing`` with an error."""

    def __init__(self, clock: HeldClock, failing: frozenset[str] = frozenset()) -> None:
        self._clock, self._failing = clock, failing

    async def __call__(self, arn: str) -> Run:
        seconds = int(self._clock.seconds - 1000)  # of the beginning
        if seconds < RUNS.index(arn):
            return replace(run(moved=seconds), run_arn=arn)
        if arn in self._failing:
            raise NotFound("gone")
        return replace(run("SUCCESS"), run_arn=arn)


class Reader:
    def __init__(self, source: AsyncGenerator[Update, None]) -> None:
        self.seen: list[tuple[int, str]] = []
        self.task = asyncio.create_task(self._read(source))

    async def _read(self, source: AsyncGenerator[Update, None]) -> None:
        async with aclosing(source):
            async for update in source:
                self.seen.append((RUNS.index(update.run.run_arn), update.run.status))


async def test_each_change_of_any_arrives_and_the_end_of_the_last_is_the_end() -> None:
    clock = HeldClock()
    async with watching(Aws(clock), QUICK, clock) as watches:
        reader = Reader(watches.follow_all(RUNS))
        for second in range(4):
            await clock.turn(0.1 if second == 0 else 1)
            ended = [number for number, status in reader.seen if status == "SUCCESS"]
            assert ended == list(range(second + 1))
            assert not reader.task.done()
        await clock.turn(1)
        assert reader.task.done()
        assert reader.seen.count((4, "TRANSFERRING")) == 4
        assert len(watches) == 0


async def test_a_slow_reader_gets_the_newest_state_of_each() -> None:
    clock = HeldClock()
    async with (
        watching(Aws(clock), QUICK, clock) as watches,
        aclosing(watches.follow_all(RUNS[3:])) as slow,
    ):
        first = await asyncio.wait_for(anext(slow), 5)
        await clock.turn(2.5)
        rest = [await asyncio.wait_for(anext(slow), 5) for _ in range(2)]
        assert first.run.counters.bytes_transferred == 0
        assert {each.run.run_arn for each in rest} == set(RUNS[3:])
        assert [each.run.counters.bytes_transferred for each in rest] == [2, 2]


async def test_the_error_of_one_ends_the_stream_and_leaves_the_others_followed() -> None:
    clock = HeldClock()
    async with watching(Aws(clock, frozenset(RUNS[2:3])), QUICK, clock) as watches:
        reader = Reader(watches.follow_all(RUNS))
        other = Reader(watches.follow_all(RUNS[4:]))
        await clock.turn(2.5)
        assert isinstance(reader.task.exception(), NotFound)
        await clock.turn(2)
        assert reader.task.done()
        assert other.task.done()
        assert other.seen[-1] == (4, "SUCCESS")


async def test_who_leaves_is_followed_no_more_and_a_server_that_stops_ends_the_stream() -> None:
    clock = HeldClock()
    async with watching(Aws(clock), QUICK, clock) as watches:
        gone, stays = (Reader(watches.follow_all(RUNS[3:])) for _ in range(2))
        await settle()
        gone.task.cancel()
        await asyncio.gather(gone.task, return_exceptions=True)
        assert [len(watch._mailboxes) for watch in watches._live.values()] == [1, 1]
    with pytest.raises(Upstream):
        await stays.task
    with pytest.raises(Upstream):
        await anext(watches.follow_all(RUNS))
