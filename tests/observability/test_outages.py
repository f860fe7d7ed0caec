"""An outage has one line at its beginning and one at its end, however many failures it has."""

from __future__ import annotations

import logging

import pytest

from graph.observability.outages import QUIET_SECONDS, Outage

log = logging.getLogger("graph.test")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outage(clock: Clock) -> Outage:
    return Outage(log, "the store", clock)


def test_a_dependency_that_works_is_not_mentioned(
    outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    outage.succeeded()
    assert caplog.messages == []
    assert outage.cause is None


def test_an_outage_has_two_lines(
    outage: Outage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(100):
        outage.failed("connection refused")
        clock.now += 0.25
    outage.failed("timeout")
    assert outage.cause == "timeout"
    outage.succeeded()
    outage.succeeded()
    assert caplog.messages == [
        "the store does not answer: connection refused",
        "the store answers again after 25.0 s",
    ]
    assert outage.cause is None


def test_a_cause_is_one_line_of_bounded_length(
    outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    outage.failed("connection failed:\n\tIs the server running?\n" + "x" * 1_000)
    (line,) = caplog.messages
    assert "connection failed: Is the server running? xxx" in line
    assert "\n" not in line
    assert len(line) < 400


def test_a_dependency_that_comes_and_goes_does_not_flood_the_log(
    outage: Outage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(600):  # a minute
        outage.failed("connection refused")
        clock.now += 0.05
        outage.succeeded()
        clock.now += 0.05
    assert 2 <= len(caplog.messages) <= 2 * (60 / QUIET_SECONDS + 1)


def test_an_outage_soon_after_another_is_logged_once_it_lasts(
    outage: Outage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    outage.failed("timeout")
    clock.now += 1
    outage.succeeded()
    caplog.clear()
    outage.failed("refused")
    assert caplog.messages == []
    clock.now += QUIET_SECONDS
    outage.failed("refused")
    clock.now += 1
    outage.succeeded()
    assert caplog.messages == [
        "the store does not answer: refused",
        f"the store answers again after {QUIET_SECONDS + 1:.1f} s",
    ]
