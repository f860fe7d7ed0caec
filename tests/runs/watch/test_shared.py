"""Watches that the processes of a deployment share, on a clock that the test turns."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from graph.model.errors import NotFound, Upstream
from graph.runs.watch import PollPolicy
from graph.runs.watch.shared import LEASE
from tests.runs.watch.deployment import Deployment, Process, described
from tests.runs.watch.held import ARN, Follower


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


def moved(follower: Follower) -> list[int | None]:
    return [update.run.counters.bytes_transferred for update in follower.seen]


def polls(*processes: Process) -> int:
    return sum(len(process.aws.looks) for process in processes)


async def leave(*followers: Follower) -> None:
    for follower in followers:
        await follower.leave()


async def test_processes_poll_a_run_once_per_interval_together(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b, deployment.process() as c:
        followers = [Follower(each.watches) for each in (a, b, b, c, c)]
        await deployment.clock.turn(20)
        assert sorted(polls(each) for each in (a, b, c)) == [0, 0, 21]
        assert {tuple(each.sequences) for each in followers} == {tuple(range(100, 121))}
        assert {tuple(moved(each)) for each in followers} == {tuple(range(21))}
        await leave(*followers)


async def test_who_comes_late_gets_the_last_state_without_a_poll(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(3.5)
        late = Follower(b.watches)
        await deployment.clock.turn()
        assert late.seen == first.seen[-1:]
        assert b.watches.latest(ARN) == a.watches.latest(ARN)
        assert polls(b) == 0
        await leave(first, late)


async def test_a_client_resumes_at_another_process(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(3.5)
        resumed = Follower(b.watches, after=first.sequences[-1])
        await deployment.clock.turn()
        assert resumed.seen == []
        await deployment.clock.turn(1)
        assert resumed.seen == first.seen[-1:]
        await leave(first, resumed)


async def test_a_holder_that_dies_is_replaced_within_three_seconds(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(1)
        other = Follower(b.watches)
        await deployment.clock.turn(4.2)
        known = list(other.sequences)
        await a.die()
        await deployment.clock.turn(3)
        assert polls(b) >= 1
        assert other.sequences[: len(known)] == known
        assert other.sequences == sorted(set(other.sequences)), "numbers continue"
        assert other.sequences[len(known)] > known[-1] + 1, "no number that the dead one may use"
        assert moved(other)[-1] == int(deployment.clock.seconds - 1000)
        assert other.seen[-1].progress.bytes_per_second == pytest.approx(1, rel=0.5)
        await leave(first, other)


async def test_a_state_that_has_not_changed_keeps_its_number_after_a_take_over() -> None:
    deployment = Deployment(lambda _: described("QUEUED"))
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(1)
        other = Follower(b.watches)
        await deployment.clock.turn(1)
        await a.die()
        await deployment.clock.turn(20)
        assert polls(b) > 1
        assert other.sequences == [100]
        await leave(first, other)


async def test_a_stall_counts_from_the_last_change_at_another_process() -> None:
    deployment = Deployment(lambda _: described(moved=1))
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(1)
        other = Follower(b.watches)
        await deployment.clock.turn(40)
        await a.die()
        await deployment.clock.turn(30)
        assert other.seen[-1].progress.stalled_since == first.seen[0].progress.observed_at
        assert len(other.seen) == 2
        await leave(first, other)


async def test_a_holder_that_nobody_follows_gives_the_run_up(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(1)
        other = Follower(b.watches)
        await deployment.clock.turn(1.5)
        await first.leave()
        await deployment.clock.turn(20)
        assert moved(other) == list(range(1, 23)), "without a pause"
        assert polls(a, b) == pytest.approx(23, abs=1)
        assert len(a.watches) == 0
        await leave(other)


async def test_a_server_that_stops_gives_the_run_up_at_once(deployment: Deployment) -> None:
    async with deployment.process() as b:
        async with deployment.process() as a:
            first = Follower(a.watches)
            await deployment.clock.turn(1)
            other = Follower(b.watches)
            await deployment.clock.turn(1)
        await deployment.clock.turn(LEASE / 4)
        assert polls(b) == 1
        assert isinstance(first.task.exception(), Upstream)
        await leave(other)


async def test_a_holder_that_stands_still_is_replaced_and_then_follows(
    deployment: Deployment,
) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(1)
        other = Follower(b.watches)
        await deployment.clock.turn(1.2)
        a.freeze()
        await deployment.clock.turn(3)
        assert polls(b) >= 1
        await deployment.clock.turn(30)
        count = polls(a)
        a.thaw()
        await deployment.clock.turn(10)
        assert polls(a) == count
        assert first.seen[-10:] == other.seen[-10:]
        assert first.sequences == sorted(set(first.sequences))
        await leave(first, other)


async def test_states_come_with_the_rounds_while_notices_are_lost(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(1)
        other = Follower(b.watches)
        deployment.table.deaf = True
        await deployment.clock.turn(10.6)
        assert moved(other)[-5:] == [7, 8, 9, 10, 11]
        assert polls(b) == 0
        await leave(first, other)


async def test_a_late_answer_shows_no_older_state(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(1)
        other = Follower(b.watches)
        deployment.table.deaf = True
        await deployment.clock.turn(1.5)
        b.answers.clear()  # the next one tells the state of the next second
        await deployment.clock.turn(1)
        deployment.table.deaf = False
        await deployment.clock.turn(1)
        b.answers.set()
        await deployment.clock.turn(3)
        assert other.sequences == sorted({*other.sequences, first.sequences[-1]})
        await leave(first, other)


async def test_every_process_polls_for_itself_while_the_store_fails(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first, other = Follower(a.watches), Follower(b.watches)
        await deployment.clock.turn(3.5)
        deployment.table.fails = True
        await deployment.clock.turn(20)
        assert min(polls(a), polls(b)) >= 15
        for follower in (first, other):
            assert moved(follower)[-5:] == [19, 20, 21, 22, 23]
        used = set(first.sequences[6:]) & set(other.sequences[6:])
        assert not used, "the same number means the same state"
        new = Follower(b.watches)
        await deployment.clock.turn()
        assert new.seen == other.seen[-1:]
        deployment.table.fails = False
        await deployment.clock.turn(2)
        before = polls(a, b)
        await deployment.clock.turn(10)
        assert polls(a, b) - before == pytest.approx(10, abs=1)
        assert first.seen[-5:] == other.seen[-5:] == new.seen[-5:]
        await leave(first, other, new)


@pytest.mark.parametrize("fails", [False, True])
async def test_processes_keep_to_the_budget_of_an_account_together(
    deployment: Deployment, *, fails: bool
) -> None:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(deployment.process()) for _ in range(4)]
        followers = [
            Follower(server.watches, f"{ARN}{n}-{run}")
            for n, server in enumerate(servers)
            for run in range(9)
        ]
        await deployment.clock.turn(10)
        deployment.table.fails = fails
        await deployment.clock.turn(20)
        before = polls(*servers)
        await deployment.clock.turn(60)
        assert polls(*servers) - before == pytest.approx(60 * PollPolicy().per_second, rel=0.1)
        await leave(*followers)


async def test_a_run_that_is_first_followed_while_the_store_fails_is_polled(
    deployment: Deployment,
) -> None:
    deployment.table.fails = True
    async with deployment.process() as a:
        follower = Follower(a.watches)
        await deployment.clock.turn(3)
        assert moved(follower)[-1] == 3
        await leave(follower)
    assert deployment.table.exchanges > 1


async def test_the_end_reaches_every_process_and_is_kept(deployment: Deployment) -> None:
    deployment = Deployment(
        lambda seconds: described("SUCCESS") if seconds >= 5 else described(moved=int(seconds))
    )
    async with deployment.process() as a, deployment.process() as b:
        followers = [Follower(a.watches), Follower(b.watches)]
        await deployment.clock.turn(6)
        assert all(each.task.done() for each in followers)
        assert {each.seen[-1].run.status for each in followers} == {"SUCCESS"}
        assert (len(a.watches), len(b.watches)) == (0, 0)
        count = polls(a, b)
        late = Follower(b.watches)
        await deployment.clock.turn(1)
        assert [each.run.status for each in late.seen] == ["SUCCESS"]
        assert polls(a, b) == count


async def test_an_old_state_is_not_shown_but_its_number_continues(deployment: Deployment) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(3.5)
        await first.leave()
        await deployment.clock.turn(3_600)
        later = Follower(b.watches)
        await deployment.clock.turn()
        assert moved(later) == [3_603]
        assert later.sequences[0] > first.sequences[-1]
        await leave(later)


async def test_a_refusal_of_aws_ends_the_streams_of_every_process() -> None:
    deployment = Deployment(lambda s: described(moved=int(s)) if s < 3 else NotFound("gone"))
    async with deployment.process() as a, deployment.process() as b:
        followers = [Follower(a.watches), Follower(b.watches)]
        await deployment.clock.turn(5)
        assert [type(each.task.exception()) for each in followers] == [NotFound, NotFound]


async def test_a_state_of_a_newer_version_makes_a_process_poll_for_itself(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with deployment.process() as a, deployment.process() as b:
        first = Follower(a.watches)
        await deployment.clock.turn(1)
        monkeypatch.setattr("graph.runs.watch.encoding._VERSION", 0)
        other = Follower(b.watches)
        await deployment.clock.turn(5)
        assert moved(other)[-1] == 6
        await leave(first, other)


async def test_nothing_is_exchanged_while_nothing_is_followed(deployment: Deployment) -> None:
    async with deployment.process():
        await deployment.clock.turn(60)
    assert deployment.table.exchanges == 0
