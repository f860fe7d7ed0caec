"""Schedules: what AWS reports about them, and what the server makes of their expressions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from graph.model.mover import Schedule as ScheduleModel
from graph.schema.schedule import Schedule
from tests.schema.execution import execute, select

ONCE = "cron(30 6 1 1 ? 2060)"


async def shown(selection: str, expression: str, **given: Any) -> Any:
    value = ScheduleModel(expression=expression, **given)
    return await select(Schedule, Schedule(value=value), selection)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "status": "DISABLED",
            "disabled_by": "SERVICE",
            "status_changed_at": datetime(2026, 1, 1, tzinfo=UTC),
        },
    ],
)
async def test_a_schedule_shows_why_it_is_disabled_where_aws_says_so(given: dict[str, Any]) -> None:
    asked = "{ expression status statusChangedAt disabledBy disabledReason problem }"
    assert await shown(asked, "rate(1 hour)", **given) == {
        "expression": "rate(1 hour)",
        "status": given.get("status"),
        "statusChangedAt": "2026-01-01T00:00:00.000Z" if given else None,
        "disabledBy": given.get("disabled_by"),
        "disabledReason": None,
        "problem": "DISABLED_BY_SERVICE" if given else None,
    }


async def test_the_next_runs_are_those_of_an_enabled_schedule() -> None:
    asked = "{ nextRuns summary problem }"
    assert await shown(asked, ONCE, status="ENABLED") == {
        "nextRuns": ["2060-01-01T06:30:00.000Z"],
        "summary": "At 06:30 on January 1 in 2060 (UTC)",
        "problem": None,
    }
    assert await shown(asked, ONCE, status="DISABLED", disabled_by="USER") == {
        "nextRuns": [],
        "summary": "At 06:30 on January 1 in 2060 (UTC)",
        "problem": None,
    }


@pytest.mark.parametrize(
    ("expression", "problem", "runs"),
    [
        ("rate(5 minutes)", "TOO_OFTEN", None),
        ("cron(0 0 30 2 ? *)", "NEVER_RUNS", []),
        ("cron(0 0 LW * ? *)", "NOT_UNDERSTOOD", None),
        ("at(2026-01-01T00:00:00)", "NOT_UNDERSTOOD", None),
    ],
)
async def test_what_is_wrong_with_an_expression_is_shown(
    expression: str, problem: str, runs: list[str] | None
) -> None:
    asked = "{ problem nextRuns(first: 10) }"
    assert await shown(asked, expression) == {"problem": problem, "nextRuns": runs}


@pytest.mark.parametrize("first", [0, 11])
async def test_the_number_of_next_runs_is_bounded(first: int) -> None:
    value = Schedule(value=ScheduleModel(expression="cron(0 3 * * ? *)"))
    result = await execute(Schedule, value, f"{{ nextRuns(first: {first}) }}")
    assert [error.message for error in result.errors or ()] == ["'first' must be between 1 and 10."]
    assert len((await select(Schedule, value, "{ nextRuns(first: 10) }"))["nextRuns"]) == 10
