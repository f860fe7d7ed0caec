"""How far a run is, from a single observation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.progress import measure, totals_final
from graph.model.run import Counters, Run

START = datetime(2026, 1, 1, tzinfo=UTC)
STATUSES = [
    "QUEUED",
    "LAUNCHING",
    "PREPARING",
    "TRANSFERRING",
    "VERIFYING",
    "CANCELLING",
    "SUCCESS",
    "ERROR",
    "A_NEW_WORD",
]
MODES = ["BASIC", "ENHANCED", "A_NEW_MODE"]
COUNTS = st.one_of(st.none(), st.integers(0, 10**18))


def run(status: str = "TRANSFERRING", mode: str = "BASIC", **counters: int | None) -> Run:
    return Run(
        run_arn="arn:aws:datasync:us-east-1:222222222222:task/task-1/execution/exec-1",
        status=status,
        mode=mode,
        requested_at=START,
        launched_at=START + timedelta(seconds=10),
        ended_at=None,
        counters=Counters(**counters),
        result=None,
        options={},
        described={},
    )


@pytest.mark.parametrize("status", ["QUEUED", "LAUNCHING", "PREPARING"])
def test_nothing_is_measured_before_the_totals_are_known(status: str) -> None:
    shown = measure(run(status, bytes_transferred=1, bytes_estimated=2), START)
    assert (shown.percent, shown.basis, shown.totals_final) == (None, None, False)


def test_bytes_are_measured_where_there_are_any() -> None:
    both = run(bytes_transferred=1, bytes_estimated=3, files_transferred=9, files_estimated=10)
    shown = measure(both, START)
    assert (shown.percent, shown.basis) == (33.33, "BYTES")


@pytest.mark.parametrize("total", [None, 0])
def test_files_are_measured_where_there_are_no_bytes(total: int | None) -> None:
    shown = measure(run(bytes_estimated=total, files_transferred=9, files_estimated=10), START)
    assert (shown.percent, shown.basis) == (90, "FILES")


def test_without_a_total_there_is_no_percentage() -> None:
    shown = measure(run(bytes_transferred=5, files_transferred=5), START)
    assert (shown.percent, shown.basis) == (None, None)


def test_nothing_done_yet_is_zero_and_not_unknown() -> None:
    assert measure(run(bytes_estimated=5), START).percent == 0


def test_more_done_than_estimated_is_all() -> None:
    assert measure(run(bytes_transferred=9, bytes_estimated=5), START).percent == 100


@pytest.mark.parametrize(("total", "basis"), [(5, "BYTES"), (0, "FILES"), (None, "FILES")])
def test_success_is_all_whatever_was_counted(total: int | None, basis: str) -> None:
    shown = measure(run("SUCCESS", bytes_transferred=1, bytes_estimated=total), START)
    assert (shown.percent, shown.basis) == (100, basis)


def test_an_error_stays_where_it_stopped() -> None:
    assert measure(run("ERROR", bytes_transferred=1, bytes_estimated=4), START).percent == 25


@pytest.mark.parametrize(
    ("mode", "final"),
    [
        ("BASIC", {"TRANSFERRING", "VERIFYING", "SUCCESS", "ERROR"}),
        ("ENHANCED", {"VERIFYING", "SUCCESS", "ERROR"}),
        ("A_NEW_MODE", {"SUCCESS", "ERROR"}),
    ],
)
def test_totals_are_final_when_the_mode_has_listed_everything(mode: str, final: set[str]) -> None:
    assert {status for status in STATUSES if totals_final(run(status, mode))} == final


@pytest.mark.parametrize("status", ["LAUNCHED", "PAUSED", "A_NEW_WORD", ""])
@pytest.mark.parametrize("mode", MODES)
def test_a_status_that_nobody_knows_promises_nothing(status: str, mode: str) -> None:
    unknown = run(status, mode, bytes_transferred=1, bytes_estimated=2, files_estimated=2)
    shown = measure(unknown, START)
    assert (shown.percent, shown.basis, shown.totals_final) == (None, None, False)
    assert (unknown.ended, unknown.outcome) == (False, None)


def test_time_counts_from_the_launch_to_the_look() -> None:
    assert measure(run(), START + timedelta(seconds=70)).elapsed_seconds == 60


def test_time_counts_from_the_request_until_there_is_a_launch() -> None:
    waiting = replace(run("QUEUED"), launched_at=None)
    assert measure(waiting, START + timedelta(seconds=70)).elapsed_seconds == 70


def test_time_stands_still_once_a_run_has_ended() -> None:
    over = replace(run("SUCCESS"), ended_at=START + timedelta(seconds=15))
    assert measure(over, START + timedelta(days=9)).elapsed_seconds == 5


def test_a_clock_that_lags_behind_makes_no_negative_time() -> None:
    assert measure(run(), START - timedelta(hours=1)).elapsed_seconds == 0


def test_without_a_beginning_there_is_no_time() -> None:
    unknown = replace(run(), requested_at=None, launched_at=None)
    assert measure(unknown, START).elapsed_seconds is None


def test_one_look_knows_no_rates_and_has_no_number() -> None:
    shown = measure(run(bytes_transferred=1, bytes_estimated=2), START)
    assert (shown.sequence, shown.phase, shown.observed_at) == (0, "TRANSFERRING", START)
    assert (shown.bytes_per_second, shown.files_per_second) == (None, None)
    assert (shown.seconds_left, shown.stalled_since) == (None, None)


@given(
    st.sampled_from(STATUSES),
    st.sampled_from(MODES),
    st.tuples(*[COUNTS] * 4),
)
def test_a_percentage_is_0_to_100_and_always_says_what_it_measures(
    status: str, mode: str, counts: tuple[int | None, ...]
) -> None:
    names = ("bytes_transferred", "bytes_estimated", "files_transferred", "files_estimated")
    shown = measure(run(status, mode, **dict(zip(names, counts, strict=True))), START)
    assert (shown.percent is None) == (shown.basis is None)
    assert shown.percent is None or 0 <= shown.percent <= 100


@pytest.mark.parametrize(
    ("requested", "launched", "ended", "queued"),
    [
        (0, None, None, 40),
        (0, 10, None, 10),
        (0, 10, 30, 10),
        (0, None, 30, 30),
        (None, 5, 9, None),
    ],
)
def test_the_time_in_the_queue_ends_with_the_launch_or_the_run(
    requested: int | None, launched: int | None, ended: int | None, queued: float | None
) -> None:
    def time(seconds: int | None) -> datetime | None:
        return None if seconds is None else START + timedelta(seconds=seconds)

    look = replace(
        run("QUEUED"),
        requested_at=time(requested),
        launched_at=time(launched),
        ended_at=time(ended),
    )
    assert measure(look, START + timedelta(seconds=40)).queued_seconds == queued


def test_clocks_that_differ_make_no_negative_time() -> None:
    shown = measure(run("QUEUED"), START - timedelta(seconds=5))
    assert (shown.elapsed_seconds, shown.queued_seconds) == (0.0, 10.0)
