"""Which run is the current one, whatever else is listed beside it and in which order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.run import Counters, Run, RunRef
from graph.runs.active import current_first, find_current, run_to_stop

ENDED = {"SUCCESS", "ERROR"}
EXECUTING = {"LAUNCHING", "PREPARING", "TRANSFERRING", "VERIFYING", "LAUNCHED", "A_NEW_WORD", ""}
STATUSES = sorted(ENDED | EXECUTING | {"QUEUED", "CANCELLING"})
LISTS = st.lists(st.sampled_from(STATUSES), max_size=8)


def refs(statuses: list[str]) -> list[RunRef]:
    """The newest first: the last one is the oldest."""
    return [RunRef(f"arn:aws:task/t/execution/exec-{n}", s) for n, s in enumerate(statuses)]


@given(LISTS)
def test_all_active_runs_are_there_and_no_ended_one(statuses: list[str]) -> None:
    found = current_first(refs(statuses))
    assert sorted(run.status for run in found) == sorted(s for s in statuses if s not in ENDED)


@given(LISTS)
def test_an_executing_run_comes_before_one_that_is_cancelled_and_that_before_a_queued_one(
    statuses: list[str],
) -> None:
    ranks = {"CANCELLING": 1, "QUEUED": 2}
    order = [ranks.get(run.status, 0) for run in current_first(refs(statuses))]
    assert order == sorted(order)


@given(LISTS)
def test_of_each_kind_the_oldest_comes_first(statuses: list[str]) -> None:
    listed = refs(statuses)
    found = current_first(listed)
    for kind in (EXECUTING, {"CANCELLING"}, {"QUEUED"}):
        ages = [listed.index(run) for run in found if run.status in kind]
        assert ages == sorted(ages, reverse=True)


@given(LISTS)
def test_a_stop_means_the_current_run_unless_that_is_cancelled_already(
    statuses: list[str],
) -> None:
    listed = refs(statuses)
    current, stopped = next(iter(current_first(listed)), None), run_to_stop(listed)
    if current is None or current.status != "CANCELLING":
        assert stopped == current
    elif "QUEUED" in statuses:
        assert stopped is not None
        assert stopped.status == "QUEUED"
    else:
        assert stopped == current


@given(LISTS, st.sampled_from(["RUNNING", "QUEUED", "UNAVAILABLE", "A_NEW_WORD"]))
async def test_the_current_run_is_the_first_that_has_not_ended_when_it_is_read(
    statuses: list[str], task_status: str
) -> None:
    listed = refs(statuses)
    order = current_first(listed)
    for ended in range(len(order) + 1):
        now = {ref.run_arn for ref in order[ended:]}

        async def read(run_arn: str, now: set[str] = now) -> Run:
            return run(run_arn, "TRANSFERRING" if run_arn in now else "SUCCESS")

        found = await find_current(task_status, listing(listed), read)
        assert (found and found.run_arn) == next((ref.run_arn for ref in order[ended:]), None)


@pytest.mark.parametrize("task_status", ["AVAILABLE", "CREATING"])
async def test_a_task_that_has_no_active_run_costs_no_call(task_status: str) -> None:
    async def never(*_given: object) -> NoReturn:
        raise AssertionError("a call was made")

    assert await find_current(task_status, never, never) is None


def listing(refs: list[RunRef]) -> Callable[[], Awaitable[list[RunRef]]]:
    async def list_runs() -> list[RunRef]:
        return refs

    return list_runs


def run(run_arn: str, status: str) -> Run:
    return Run(
        run_arn=run_arn,
        status=status,
        mode="BASIC",
        requested_at=None,
        launched_at=None,
        ended_at=None,
        counters=Counters(),
        result=None,
        options={},
        described={},
    )
