"""Schedules: start tasks by themselves on the sandbox's clock, until they fail repeatedly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.engine import ENGINE
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.resources import Execution, Task
from graph.sandbox.pace import PACE
from graph.task_settings.expressions import parse

Start = Callable[[], Execution]
_UNITS: Final = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


def set_schedule(task: Task, start: Start) -> None:
    """Lets the schedule of a task run from now on; one that is absent or paused does not."""
    task.failures, task.disabled_reason, task.scheduled = [], None, CLOCK.now()
    _wait(task, start)


def drop_schedule(task: Task) -> None:
    """For a task that is deleted."""
    ENGINE.forget_alarm(task.arn)


def _wait(task: Task, start: Start) -> None:
    delay = _delay(task)
    if delay is None:
        ENGINE.forget_alarm(task.arn)
    else:
        ENGINE.set_alarm(task.arn, delay, partial(_fire, task, start))


def _delay(task: Task) -> float | None:
    """The seconds until the next run; None if there is none, or if that is not certain."""
    schedule = task.settings.get("Schedule")
    if schedule is None or schedule["Status"] != "ENABLED":
        return None
    found, now = parse(schedule["ScheduleExpression"]), CLOCK.now()
    if found.rate is not None:
        number, unit = found.rate
        return (number * _UNITS[unit]).total_seconds()
    following = None if found.times is None else next(found.times(now), None)
    return None if following is None else (following - now).total_seconds()


def _fire(task: Task, start: Start) -> None:
    """Starts a run, or disables the schedule after several runs that failed for the same reason."""
    _note(task, None if task.by_schedule is None else _failure(task.by_schedule))
    if len(task.failures) >= PACE.schedule_failures:
        task.settings["Schedule"] = {**task.settings["Schedule"], "Status": "DISABLED"}
        task.disabled_reason, task.scheduled = task.failures[-1], CLOCK.now()
    else:
        try:
            task.by_schedule = start()
        except InvalidRequestException as refusal:
            task.by_schedule = None
            _note(task, str(refusal.message))
    _wait(task, start)


def _failure(execution: Execution) -> str | None:
    failure = execution.transfer.failure
    return None if failure is None else f"{failure.code}: {failure.detail}"


def _note(task: Task, failure: str | None) -> None:
    """Counts equal failures in a row."""
    if failure is None:
        if task.by_schedule is not None:
            task.failures.clear()
        return
    if task.failures and task.failures[-1] != failure:
        task.failures.clear()
    task.failures.append(failure)
