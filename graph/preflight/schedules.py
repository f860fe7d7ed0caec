"""Checks of the schedule of a mover, which need no call."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final

from graph.concurrency import in_steps
from graph.model.preflight import PreflightCheck
from graph.model.words import ScheduleProblem
from graph.preflight.results import About
from graph.task_settings.expressions import parse

_SOON: Final = 15
"""Minutes."""
_PROBLEMS: Final = {
    ScheduleProblem.NEVER_RUNS: "No time ever matches the expression, so that it never runs.",
    ScheduleProblem.NOT_UNDERSTOOD: "This server does not understand the expression, so that it "
    "cannot tell when it runs. DataSync may understand it.",
}


async def examine_schedule(expression: str, about: About) -> list[PreflightCheck]:
    """Of a new mover."""
    now, parsed = datetime.now(UTC), parse(expression)
    problem = await in_steps(partial(parsed.problem, now))
    if problem is not None:
        message = _PROBLEMS.get(problem, f"The schedule is {problem.value}.")
        return [about.warned(message, "Use an expression such as `cron(0 3 * * ? *)`.")]
    found = await in_steps(partial(parsed.next, now, 1))
    when = f"first runs at {_shown(found[0])}" if found else "is understood"
    return [about.passed(f"The schedule {when}.")]


async def examine_next_run(expression: str, about: About) -> list[PreflightCheck]:
    """Whether a run that is started now may collide with the next one of the schedule."""
    now = datetime.now(UTC)
    found = await in_steps(partial(parse(expression).next, now, 1))
    if not found:
        return []
    minutes = (found[0] - now).total_seconds() / 60
    if minutes > _SOON:
        return [about.passed(f"The schedule starts the mover next at {_shown(found[0])}.")]
    message = f"The schedule starts the mover in {minutes:.0f} minutes anyway."
    return [about.warned(message, "Wait for that run, or pause the schedule.")]


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
