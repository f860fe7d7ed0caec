"""Progress from polls, and the pauses between polls."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.run import Run
from graph.runs.watch import PollPolicy
from graph.runs.watch.meter import Meter
from tests.runs.watch.held import START, run

GAPS = st.integers(0, 10**8).map(lambda ticks: ticks / 1e6)
"""Seconds between two looks, as fine as a clock shows them."""
COUNTS = st.one_of(st.none(), st.integers(0, 2000))
ORDER = [
    "QUEUED",
    "LAUNCHING",
    "PREPARING",
    "TRANSFERRING",
    "VERIFYING",
    "CANCELLING",
    "SUCCESS",
    "ERROR",
]


@st.composite
def lives(draw: st.DrawFn) -> list[Run]:
    """Looks at one run from its queue to its end, with counters that jump about."""
    statuses = sorted(
        draw(st.lists(st.sampled_from(ORDER), min_size=2, max_size=20)), key=ORDER.index
    )
    mode = draw(st.sampled_from(["BASIC", "ENHANCED"]))
    return [
        run(
            status,
            draw(COUNTS),
            draw(st.integers(0, 1000)),
            files=draw(COUNTS),
            files_total=draw(st.integers(1, 1000)),
            mode=mode,
        )
        for status in statuses
    ]


@given(lives())
def test_percent_never_falls_from_the_look_at_which_totals_are_final(looks: list[Run]) -> None:
    meter = Meter(PollPolicy())
    shown = [meter.observe(look, float(n), START) for n, look in enumerate(looks)]
    final = [progress.percent for progress in shown if progress.totals_final]
    known = [percent for percent in final if percent is not None]
    assert len(known) == len(final)
    assert known == sorted(known)
    assert all(0 <= percent <= 100 for percent in known)


@given(lives(), st.lists(GAPS, min_size=20, max_size=20))
def test_rates_and_times_are_never_negative(looks: list[Run], gaps: list[float]) -> None:
    meter, at = Meter(PollPolicy()), 0.0
    for look, gap in zip(looks, gaps, strict=False):
        at += gap
        progress = meter.observe(look, at, START + timedelta(seconds=at))
        rates = (progress.bytes_per_second, progress.files_per_second, progress.seconds_left)
        assert all(value is None or value >= 0 for value in rates)


@given(lives())
def test_the_sequence_counts_changes_and_nothing_else(looks: list[Run]) -> None:
    meter = Meter(PollPolicy(stalled=1e9))
    shown = [meter.observe(look, float(n), START).sequence for n, look in enumerate(looks)]
    changes = [
        (one.status, one.counters) != (other.status, other.counters)
        for one, other in pairwise(looks)
    ]
    assert shown == [1 + sum(changes[:n]) for n in range(len(looks))]


@pytest.mark.parametrize("mode", ["BASIC", "ENHANCED"])
def test_a_run_that_is_cancelled_keeps_its_final_totals(mode: str) -> None:
    meter = Meter(PollPolicy())
    looks = [
        run("VERIFYING", 90, 100, mode=mode),
        run("CANCELLING", 90, 300, mode=mode),
        run("CANCELLING", 80, 400, mode=mode),
        run("CANCELLING", None, None, mode=mode),
        run("ERROR", 10, 100, mode=mode),
    ]
    shown = [meter.observe(look, float(n), START) for n, look in enumerate(looks)]
    assert [progress.percent for progress in shown] == [90] * 5
    assert all(progress.totals_final and progress.basis == "BYTES" for progress in shown)


def test_a_sequence_begins_where_it_is_told_to() -> None:
    meter = Meter(PollPolicy(), first=41)
    shown = [meter.observe(run(moved=n), float(n), START).sequence for n in (1, 1, 2)]
    assert shown == [41, 41, 42]


def test_percent_may_fall_while_more_is_still_found() -> None:
    meter = Meter(PollPolicy())
    first = meter.observe(run(moved=50, total=100, mode="ENHANCED"), 0, START)
    second = meter.observe(run(moved=60, total=600, mode="ENHANCED"), 1, START)
    assert (first.percent, second.percent) == (50, 10)
    assert not second.totals_final


@given(
    st.integers(0, 200),
    st.floats(1e4, 1e9),
    st.floats(0.5, 5),
    st.floats(0.01, 1),
    st.sampled_from(["BASIC", "ENHANCED"]),
)
def test_a_constant_speed_is_the_rate_after_three_looks_that_see_it(
    preparing: int, speed: float, gap: float, late: float, mode: str
) -> None:
    """However long it prepared, and whenever between two looks the transfer began."""
    meter, total = Meter(PollPolicy()), int(speed * 100)
    for n in range(preparing):
        meter.observe(run("PREPARING", 0, total, mode=mode), n * gap, START)
    begins = (preparing - late) * gap
    left = []
    for n in range(preparing, preparing + 12):
        moved = min(total, int(speed * (n * gap - begins)))
        shown = meter.observe(run(moved=moved, total=total, mode=mode), n * gap, START)
        if n >= preparing + 2 and moved < total:
            assert shown.bytes_per_second == pytest.approx(speed, rel=0.1)
            assert shown.seconds_left == pytest.approx((total - moved) / speed, rel=0.1, abs=0.1)
            left.append(shown.seconds_left or 0)
    assert left == sorted(left, reverse=True)


def test_there_is_no_rate_before_something_has_moved() -> None:
    meter = Meter(PollPolicy())
    looks = [run("PREPARING", 0), run("PREPARING", 0), run(moved=0), run(moved=50), run(moved=60)]
    shown = [meter.observe(look, float(n), START) for n, look in enumerate(looks)]
    assert [progress.bytes_per_second for progress in shown] == [None] * 4 + [pytest.approx(10)]
    assert [progress.seconds_left for progress in shown] == [None] * 4 + [94]


def test_a_rate_follows_a_change_of_speed_within_its_ten_seconds() -> None:
    meter, moved, rates = Meter(PollPolicy()), 1, []
    for n in range(60):
        rates.append(meter.observe(run(moved=moved), float(n), START).bytes_per_second or 0)
        moved += 100 if n < 30 else 10
    assert rates[30] == pytest.approx(100)
    assert 10 < rates[40] < 50 < rates[35] < 100
    assert rates[59] == pytest.approx(10, rel=0.6)


def test_two_looks_at_one_moment_make_no_rate() -> None:
    meter = Meter(PollPolicy())
    meter.observe(run(moved=1), 5, START)
    assert meter.observe(run(moved=100), 5, START).bytes_per_second is None


def test_time_left_goes_by_files_where_there_are_no_bytes() -> None:
    meter = Meter(PollPolicy())
    meter.observe(run(moved=0, total=0, files=1, files_total=50), 0, START)
    shown = meter.observe(run(moved=0, total=0, files=11, files_total=50), 2, START)
    assert shown.basis == "FILES"
    assert shown.files_per_second == pytest.approx(5)
    assert shown.seconds_left == pytest.approx(7.8)


def test_time_left_is_unknown_while_nothing_moves() -> None:
    meter = Meter(PollPolicy())
    meter.observe(run(moved=7), 0, START)
    shown = meter.observe(run(moved=7), 1, START)
    assert (shown.bytes_per_second, shown.seconds_left) == (0, None)


@pytest.mark.parametrize("status", ["SUCCESS", "ERROR"])
def test_a_run_that_has_ended_has_no_time_left_and_does_not_stall(status: str) -> None:
    meter = Meter(PollPolicy(stalled=60))
    meter.observe(run(status, 5), 0, START)
    shown = meter.observe(run(status, 5), 1000, START)
    assert (shown.seconds_left, shown.stalled_since) == (0, None)


def test_a_stall_counts_once_and_is_over_with_the_next_move() -> None:
    meter = Meter(PollPolicy(stalled=60))
    looks = [(1, 0), (1, 30), (1, 60), (1, 90), (2, 91)]
    shown = [
        meter.observe(run(moved=moved), at, START + timedelta(seconds=at)) for moved, at in looks
    ]
    assert [progress.sequence for progress in shown] == [1, 1, 2, 2, 3]
    assert [progress.stalled_since for progress in shown] == [None, None, START, START, None]


def test_a_change_of_status_alone_ends_a_stall() -> None:
    meter = Meter(PollPolicy(stalled=60))
    meter.observe(run(moved=1), 0, START)
    assert meter.observe(run(moved=1), 60, START).stalled_since is not None
    assert meter.observe(run("VERIFYING", 1), 61, START).stalled_since is None


def test_the_time_left_follows_from_earlier_runs_while_there_is_no_total() -> None:
    meter = Meter(PollPolicy())

    def at(seconds: float, status: str, moved: int = 0) -> tuple[object, ...]:
        look = run(status, moved, 1000)
        shown = meter.observe(look, seconds, START + timedelta(seconds=seconds))
        return shown.basis, shown.seconds_left, shown.percent, shown.sequence

    assert at(10, "PREPARING") == (None, None, None, 1)
    meter.learn(100.0)
    assert at(20, "PREPARING") == ("HISTORY", 80.0, None, 2)
    assert at(30, "PREPARING") == ("HISTORY", 70.0, None, 2)
    assert at(100, "PREPARING") == (None, None, None, 3), "stalled"
    assert at(110, "TRANSFERRING", 100)[:3] == ("BYTES", None, 10.0)
    assert at(120, "TRANSFERRING", 200)[:3] == ("BYTES", 80.0, 20.0)
    assert at(130, "CANCELLING", 200)[:1] == ("BYTES",)


@pytest.mark.parametrize("status", ["QUEUED", "CANCELLING", "SUCCESS", "ERROR"])
def test_earlier_runs_say_nothing_of_a_run_that_waits_or_ends(status: str) -> None:
    meter = Meter(PollPolicy())
    meter.learn(100.0)
    shown = meter.observe(run(status, None, None), 0, START)
    assert shown.basis != "HISTORY"
    assert shown.seconds_left in (None, 0.0)


def test_an_estimate_of_another_process_is_continued() -> None:
    meter, other = Meter(PollPolicy()), Meter(PollPolicy())
    meter.learn(100.0)
    look = run("PREPARING")
    shown = meter.observe(look, 0, START + timedelta(seconds=30))
    other.resume(look, shown, 500.0, START + timedelta(seconds=30))
    assert other.usual == 100.0
    later = other.observe(look, 510.0, START + timedelta(seconds=40))
    assert (later.basis, later.seconds_left, later.sequence) == ("HISTORY", 60.0, shown.sequence)


def test_a_run_that_waits_for_another_is_not_stalled_but_one_that_hangs_is() -> None:
    meter = Meter(PollPolicy(stalled=60))
    for seconds in (0, 61, 10_000):
        at = START + timedelta(seconds=seconds)
        assert meter.observe(run("QUEUED"), seconds, at).stalled_since is None
    launched = START + timedelta(seconds=10_001)
    assert meter.observe(run("LAUNCHING"), 10_001, launched).stalled_since is None
    stuck = meter.observe(run("LAUNCHING"), 10_062, START + timedelta(seconds=10_062))
    assert stuck.stalled_since == launched
