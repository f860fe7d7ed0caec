"""Claims to start a mover, and the record of who started and who cancelled a run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from graph.store import RunNote, RunRecords, Store, open_store
from graph.store.retention import delete_old_records
from graph.store.run_records import CLAIM_SECONDS
from graph.store.tables import NOTES, RUN_CANCELLATIONS, START_CLAIMS
from tests.stores import BOTH, store_url

TASK = "arn:aws:datasync:us-east-1:222222222222:task/task-0123456789abcdef0"
RUN = f"{TASK}/execution/exec-0123456789abcdef0"
OTHER_RUN = f"{TASK}/execution/exec-0123456789abcdef1"


class Two(NamedTuple):
    """Two replicas on one store, and the time that both of them read."""

    here: RunRecords
    there: RunRecords
    store: Store
    clock: list[float]


on_both = pytest.mark.parametrize("two", BOTH, indirect=True)


@pytest.fixture
async def two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Two]:
    clock = [1_000.0]
    with store_url(getattr(request, "param", "sqlite"), tmp_path) as url:
        async with open_store(url) as one, open_store(url) as other:
            yield Two(
                RunRecords(one.database, lambda: clock[0]),
                RunRecords(other.database, lambda: clock[0]),
                one,
                clock,
            )


@on_both
async def test_of_many_attempts_on_two_replicas_one_gets_the_claim(two: Two) -> None:
    claims = await asyncio.gather(
        *((two.here, two.there)[n % 2].claim_start(TASK, f"a{n}") for n in range(12))
    )
    (winner,) = [claim.attempt for claim in claims if claim.mine]
    assert {claim.attempt for claim in claims if not claim.mine} <= {winner}


@pytest.mark.parametrize("run_arn", [None, RUN])
async def test_a_claim_ends_with_its_attempt(two: Two, run_arn: str | None) -> None:
    assert (await two.here.claim_start(TASK, "a")).mine
    assert await two.there.is_claimed(TASK, "a")
    await two.here.end_start(TASK, "a", run_arn, "me")
    assert not await two.there.is_claimed(TASK, "a")
    again = await two.there.claim_start(TASK, "b")
    assert (again.mine, again.previous_run) == (True, run_arn)


@on_both
async def test_an_ended_claim_is_taken_by_one_of_many(two: Two) -> None:
    await two.here.claim_start(TASK, "a")
    await two.here.end_start(TASK, "a", RUN, "me")
    claims = await asyncio.gather(
        *((two.here, two.there)[n % 2].claim_start(TASK, f"b{n}") for n in range(12))
    )
    assert [claim.mine for claim in claims].count(True) == 1


@on_both
async def test_a_claim_whose_holder_died_is_taken_over_once(two: Two) -> None:
    await two.here.claim_start(TASK, "a")
    two.clock[0] += CLAIM_SECONDS - 1
    assert not (await two.there.claim_start(TASK, "b")).mine
    two.clock[0] += 2
    assert not await two.here.is_claimed(TASK, "a")
    claims = await asyncio.gather(
        *((two.here, two.there)[n % 2].claim_start(TASK, f"c{n}") for n in range(8))
    )
    assert [claim.mine for claim in claims].count(True) == 1


async def test_an_attempt_that_lost_its_claim_does_not_end_that_of_another(two: Two) -> None:
    await two.here.claim_start(TASK, "a")
    two.clock[0] += CLAIM_SECONDS + 1
    assert (await two.there.claim_start(TASK, "b")).mine
    await two.here.end_start(TASK, "a", RUN, "late")
    assert await two.here.is_claimed(TASK, "b")
    assert (await two.here.notes([RUN]))[RUN].started_by == "late"


async def test_a_started_run_is_remembered_for_a_minute_whatever_fails_after_it(two: Two) -> None:
    await two.here.claim_start(TASK, "a")
    await two.here.end_start(TASK, "a", RUN, "me")
    two.clock[0] += 30
    await two.here.claim_start(TASK, "b")
    await two.here.end_start(TASK, "b", None, "you")
    two.clock[0] += 29
    assert (await two.here.claim_start(TASK, "c")).previous_run == RUN
    await two.here.end_start(TASK, "c", None, "you")
    two.clock[0] += 2
    assert (await two.here.claim_start(TASK, "d")).previous_run is None


async def test_claims_of_two_tasks_are_independent(two: Two) -> None:
    assert (await two.here.claim_start(TASK, "a")).mine
    assert (await two.here.claim_start(f"{TASK}1", "b")).mine


@on_both
async def test_who_started_a_run_is_kept_and_the_first_note_stays(two: Two) -> None:
    await asyncio.gather(
        *((two.here, two.there)[n % 2].note_started(RUN, f"me {n}" * 100) for n in range(12))
    )
    first = (await two.here.notes([RUN]))[RUN]
    assert first.started_by is not None
    assert len(first.started_by) == 256
    await two.there.note_started(RUN, "later")
    assert await two.here.notes([RUN, OTHER_RUN]) == {RUN: first}


async def test_nothing_is_asked_of_the_store_for_no_runs(two: Two) -> None:
    assert await two.here.notes([]) == {}


STORIES = {
    "nothing is known yet": ([], RunNote(None, cancelled=True, cancelled_by="first")),
    "the first took effect": (
        ["confirm first", "withdraw second"],
        RunNote(None, cancelled=True, cancelled_by="first"),
    ),
    "the second took effect": (
        ["confirm second", "withdraw first"],
        RunNote(None, cancelled=True, cancelled_by="second"),
    ),
    "the second took effect, of the first nothing is known": (
        ["confirm second"],
        RunNote(None, cancelled=True, cancelled_by="second"),
    ),
    "neither took effect": (["withdraw first", "withdraw second"], None),
}


@pytest.mark.parametrize("story", STORIES)
async def test_a_cancellation_without_effect_undoes_no_other(two: Two, story: str) -> None:
    steps, expected = STORIES[story]
    for number, order in enumerate(permutations(steps)):
        run = f"{RUN}{number}"
        for by in ("first", "second"):
            two.clock[0] += 1
            assert await two.here.request_cancellation(run, f"attempt of {by}", by)
        for replica, step in zip((two.there, two.here), order, strict=False):
            what, _, by = step.partition(" ")
            change = {
                "confirm": replica.confirm_cancellation,
                "withdraw": replica.withdraw_cancellation,
            }[what]
            for _ in range(2):  # it may be repeated
                two.clock[0] += 1
                await change(run, f"attempt of {by}")
        assert (await two.here.notes([run])).get(run) == expected, order


async def test_of_two_that_took_effect_the_first_counts(two: Two) -> None:
    for by in ("late", "early"):
        await two.here.request_cancellation(RUN, by, by)
    for by in ("early", "late"):
        two.clock[0] += 1
        await two.here.confirm_cancellation(RUN, by)
    assert (await two.here.notes([RUN]))[RUN].cancelled_by == "early"


async def test_a_confirmed_cancellation_is_not_withdrawn(two: Two) -> None:
    await two.here.request_cancellation(RUN, "a", "me")
    await two.here.confirm_cancellation(RUN, "a")
    await two.there.withdraw_cancellation(RUN, "a")
    assert (await two.here.notes([RUN]))[RUN].cancelled_by == "me"


@on_both
async def test_concurrent_records_of_two_replicas_lose_nothing(two: Two) -> None:
    first = await asyncio.gather(
        *(
            (two.here, two.there)[n % 2].request_cancellation(RUN, f"a{n % 3}", "me")
            for n in range(24)
        )
    )
    assert first.count(True) == 3
    assert (await two.here.notes([RUN]))[RUN].cancelled


async def test_somebody_elses_cancellation_is_one_without_a_name(two: Two) -> None:
    await two.here.note_started(RUN, "me")
    await two.here.request_cancellation(RUN, "observed", None)
    assert await two.here.notes([RUN]) == {RUN: RunNote("me", cancelled=True, cancelled_by=None)}


async def test_the_note_of_an_older_version_is_read(two: Two) -> None:
    row = {"run_arn": RUN, "started_by": "me", "cancelled_by": "you", "at": 1.0}
    await two.store.database.write(sa.insert(NOTES).values(row))
    assert await two.here.notes([RUN]) == {RUN: RunNote("me", cancelled=True, cancelled_by="you")}


@on_both
async def test_nothing_piles_up(two: Two) -> None:
    for number in range(40):
        task, run = f"{TASK}{number}", f"{RUN}{number}"
        await two.here.claim_start(task, "a")
        await two.here.end_start(task, "a", run, "me")
        await two.here.request_cancellation(run, "a", "me")
        two.clock[0] += 86_400
        await two.store.database.transact(
            lambda connection: delete_old_records(connection, two.clock[0])
        )
    counts = [
        len(await two.store.database.rows(table.select()))
        for table in (START_CLAIMS, NOTES, RUN_CANCELLATIONS)
    ]
    assert counts == [0, 31, 31]
