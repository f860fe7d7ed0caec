"""Filters of runs: what is decided by the list, and the texts that tell them apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.run import Outcome, RunRef
from graph.model.run_search import RunFilter
from graph.model.words import RunStatus

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
