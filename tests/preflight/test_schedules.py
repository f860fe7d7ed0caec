"""Schedules, without a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph.preflight.results import About
from graph.preflight.schedules import examine_next_run, examine_schedule

ABOUT = About("schedule")


@pytest.mark.parametrize(
    ("expression", "status", "said"),
    [
        ("cron(0 3 * * ? *)", "PASS", "first runs at"),
        ("rate(1 day)", "PASS", "is understood"),
        ("cron(0 3 30 2 ? *)", "WARN", "never runs"),
        ("cron(0 3 LW * ? *)", "WARN", "does not understand"),
    ],
)
async def test_a_new_schedule_is_held_against_the_calendar(
    expression: str, status: str, said: str
) -> None:
    (check,) = await examine_schedule(expression, ABOUT)
    assert (check.status.value, said in check.message) == (status, True)


async def test_a_run_shortly_before_that_of_the_schedule_is_warned_of() -> None:
    for minutes, expected in ((8, ["WARN"]), (180, ["PASS"])):
        time = datetime.now(UTC) + timedelta(minutes=minutes)
        expression = f"cron({time.minute} {time.hour} * * ? *)"
        found = await examine_next_run(expression, ABOUT)
        assert [check.status.value for check in found] == expected
    assert await examine_next_run("rate(1 day)", ABOUT) == []
