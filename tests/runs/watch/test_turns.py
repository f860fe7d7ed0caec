"""The polls of an account are shared by those who follow its runs, however many each follows."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextvars import Context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.concurrency import Share, Usage, Work, begin_work, current_work
from graph.model.run import Run
from graph.runs.watch import PollPolicy, Watches
from graph.runs.watch.turns import PollTurns
from tests.runs.watch.held import Aws, Follower, HeldClock, run, watching

SECONDS = 60


def arn(number: int, account: str = "222222222222") -> str:
    task = f"task-0{number:016x}"
    return f"arn:aws:datasync:us-east-1:{account}:task/{task}/execution/exec-0{number:016x}"


def follow_as(
    share: Share, watches: Watches, followed: str, usage: Usage | None = None
) -> Follower:
    """Follows a run from a task of a caller."""
    context = Context()
    context.run(begin_work, Work(share, usage=usage))
    return context.run(Follower, watches, followed)


async def polls_of_one_run(*flood: tuple[Share, int], seconds: float = SECONDS) -> int:
    """How often the run that one caller follows is polled while others follow many."""
    clock = HeldClock()
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        followers = [
            follow_as((*who, f"{who}-{number}"), watches, arn(1 + number))
            for who, runs in flood
            for number in range(runs)
        ]
        await clock.turn(5)
        followers.append(follow_as(("honest", None, "1"), watches, arn(0)))
        await clock.turn(seconds)
        for follower in followers:
            await follower.leave()
    return Counter(followed for _, followed in aws.looks)[arn(0)]


@settings(max_examples=10, deadline=None)
@given(runs=st.integers(0, 500))
async def test_a_single_run_is_polled_as_often_however_many_another_caller_follows(
    runs: int,
) -> None:
    assert await polls_of_one_run((("flood", None), runs)) >= 0.7 * SECONDS


async def test_users_of_a_key_share_its_turns() -> None:
    flood = [(("flood", f"user-{number}"), 20) for number in range(10)]
    assert await polls_of_one_run(*flood) >= 0.7 * SECONDS


async def test_a_poll_waits_for_one_of_each_other_caller() -> None:
    flood = [((f"flood-{number}", None), 20) for number in range(9)]
    wait = 10 / PollPolicy().per_second
    assert await polls_of_one_run(*flood) >= SECONDS // (PollPolicy().moving + wait)


@pytest.mark.parametrize("runs", [1, 7, 100])
async def test_an_account_is_never_polled_more_often_than_it_may_be(runs: int) -> None:
    clock = HeldClock()
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, PollPolicy(per_second=5), clock) as watches:
        for number in range(runs):
            follow_as((f"caller-{number % 3}", None, str(number)), watches, arn(number))
        await clock.turn(20.1)
        first = aws.looks[:runs]
        assert len({followed for _, followed in first}) == runs, "these answer who follows"
        assert all(wait >= 0.2 - 1e-9 for wait in aws.waits[runs:])
        assert len(aws.looks) - runs == min(96, 20 * runs)


async def test_regions_have_a_budget_each() -> None:
    clock = HeldClock()
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, PollPolicy(per_second=1), clock) as watches:
        there = [arn(n).replace("us-east-1", "us-west-2") for n in range(9)]
        for followed in (arn(0), *there):
            follow_as(("one", None, followed), watches, followed)
        await clock.turn(20)
        counts = Counter(followed for _, followed in aws.looks)
        assert counts[arn(0)] == 21
        assert sum(counts[each] for each in there) == 9 + 20


async def test_processes_that_share_an_account_have_a_part_of_its_budget_each() -> None:
    clock = HeldClock()
    turns = [PollTurns(4.0, clock, lambda place: 2 if place == "shared" else 1) for _ in range(2)]
    taken: Counter[str] = Counter()

    async def poll(own: PollTurns, place: str) -> None:
        while True:
            await own.take(place)
            taken[place] += 1

    tasks = [asyncio.create_task(poll(own, "shared")) for own in turns]
    tasks.append(asyncio.create_task(poll(turns[0], "own")))
    await clock.turn(20)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert taken["shared"] == taken["own"] + 1 == 82


async def test_accounts_wait_for_themselves_alone() -> None:
    clock = HeldClock()
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        for number in range(50):
            follow_as(("flood", None, str(number)), watches, arn(number))
        other = arn(0, "333333333333")
        follow_as(("flood", None, "other"), watches, other)
        await clock.turn(20)
        assert Counter(followed for _, followed in aws.looks)[other] == 21


async def test_who_joins_a_run_gives_it_turns_and_takes_them_away_again() -> None:
    clock = HeldClock()
    aws = Aws(clock, lambda n: run(moved=n))
    async with watching(aws, clock=clock) as watches:
        for number in range(500):
            follow_as(("flood", None, str(number)), watches, arn(number))
        await clock.turn(1)

        async def polled() -> int:
            before = len(aws.looks)
            await clock.turn(20)
            return Counter(followed for _, followed in aws.looks[before:])[arn(499)]

        assert await polled() == 0
        honest = follow_as(("honest", None, "1"), watches, arn(499))
        assert await polled() >= 14
        await honest.leave()
        assert await polled() <= 1


async def test_a_watch_outlives_the_limits_of_the_request_that_began_it() -> None:
    """The calls of a request are limited, but polls belong to the watch."""
    clock = HeldClock()
    aws = Aws(clock, lambda n: run(moved=n))

    async def describe(followed: str) -> Run:
        current_work().usage.count("222222222222", known=True)
        return await aws(followed)

    async with watching(describe, clock=clock) as watches:
        usage = Usage(max_calls=5)
        first = follow_as(("first", None, "1"), watches, arn(0), usage)
        second = follow_as(("second", None, "1"), watches, arn(0))
        await clock.turn(3)
        await first.leave()
        await clock.turn(30)
        assert not second.task.done()
        assert usage.total == 0
        await second.leave()


async def test_polls_are_done_for_those_who_follow_at_the_time() -> None:
    clock = HeldClock()
    shares: list[list[Share]] = []

    async def describe(_followed: str) -> Run:
        shares.append(current_work().shares)
        return run(moved=len(shares))

    async with watching(describe, clock=clock) as watches:
        first = follow_as(("first", None, "1"), watches, arn(0))
        await clock.turn(0)
        second = follow_as(("second", None, "1"), watches, arn(0))
        await clock.turn(1)
        await first.leave()
        await clock.turn(1)
        await second.leave()
        await clock.turn(1)
    assert shares == [
        [("first", None, "1")],
        [("first", None, "1"), ("second", None, "1")],
        [("second", None, "1")],
        [("",)],
    ]


async def test_accounts_that_nobody_waits_for_are_forgotten() -> None:
    clock = HeldClock()
    turns = PollTurns(5.0, clock)
    for number in range(100):
        await turns.take(str(number))
        await clock.turn(1)
    assert len(turns) == 1


async def test_a_wait_that_is_cancelled_leaves_the_turn_to_the_next() -> None:
    clock = HeldClock()
    turns, taken = PollTurns(1.0, clock), []

    async def poll(name: str) -> None:
        await turns.take("place")
        taken.append((name, clock.seconds - 1000))

    tasks = [asyncio.create_task(poll(name)) for name in "abc"]
    await clock.turn()
    tasks[1].cancel()
    await clock.turn(1)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert taken == [("a", 0), ("c", 1)]
