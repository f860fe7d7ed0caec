"""Filters of runs: what is decided by the list, and the texts that tell them apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.run import Counters, Outcome, Run, RunRef
from graph.model.run_search import RunFilter
from graph.model.words import RunStatus

RUN = Run(
    run_arn="arn",
    status="SUCCESS",
    mode="BASIC",
    requested_at=None,
    launched_at=None,
    ended_at=None,
    counters=Counters(),
    result=None,
    options={},
    described={},
)
TIMES = st.none() | st.sampled_from([datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)])
FILTERS = st.builds(
    RunFilter,
    status=st.none() | st.frozensets(st.sampled_from(RunStatus)),
    outcome=st.none() | st.frozensets(st.sampled_from(Outcome)),
    since=TIMES,
    until=TIMES,
)


@given(FILTERS, FILTERS)
def test_the_texts_of_filters_are_equal_if_they_are(one: RunFilter, other: RunFilter) -> None:
    assert (one.text() == other.text()) == (one == other)


DAYS = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RunFilter(), [True, True, True, True]),
        (RunFilter(since=DAYS[1]), [False, True, True, False]),
        (RunFilter(until=DAYS[1]), [True, False, False, False]),
        (RunFilter(since=DAYS[1], until=DAYS[2]), [False, True, False, False]),
    ],
)
def test_a_time_is_within_the_first_and_before_the_last(
    wanted: RunFilter, expected: list[bool]
) -> None:
    assert [wanted.spans(replace(RUN, requested_at=day)) for day in (*DAYS, None)] == expected


@pytest.mark.parametrize(
    ("wanted", "status", "expected"),
    [
        (RunFilter(), "QUEUED", True),
        (RunFilter(status=frozenset({RunStatus.QUEUED})), "QUEUED", True),
        (RunFilter(status=frozenset({RunStatus.QUEUED})), "ERROR", False),
        (RunFilter(status=frozenset({RunStatus.OTHER})), "REWINDING", True),
        (RunFilter(outcome=frozenset({Outcome.FAILED})), "ERROR", True),
        (RunFilter(outcome=frozenset({Outcome.FAILED})), "VERIFYING", False),
    ],
)
def test_the_list_decides_on_the_status(wanted: RunFilter, status: str, *, expected: bool) -> None:
    assert wanted.may_admit(RunRef("arn", status)) == expected
