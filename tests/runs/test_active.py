"""Which run is the current one, whatever else is listed beside it and in which order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.model.run import RunRef
from graph.runs.active import current_first, run_to_stop

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
