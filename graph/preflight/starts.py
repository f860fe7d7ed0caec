"""Examines what a start of a mover would meet."""

from __future__ import annotations

from itertools import chain
from typing import Final

from graph.aws.client.gateway import AccountGateway
from graph.concurrency import together
from graph.locations.ends import end_of_location
from graph.model.errors import AlreadyRunning, Conflict, Invalid
from graph.model.location import Location
from graph.model.mover import Task
from graph.model.overrides import RunOverrides
from graph.model.preflight import Preflight, PreflightCheck
from graph.preflight.agents import UsedAgents, examine_agents
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.inputs import rejected
from graph.preflight.probe import MOST_CALLS, Probe
from graph.preflight.results import SIDES, About, MoverEnd
from graph.preflight.schedules import examine_next_run
from graph.preflight.storage import examine_location
from graph.runs.files import check_files, check_place
from graph.runs.overrides import OPTIONS, check_for_task
from graph.runs.start import refuse_unless_available
from graph.task_settings.end_rules import check_ends

_OF_TASK: Final = 2
"""Calls that describe the task and its tags."""
_OF_ENDS: Final = 2
"""Calls that describe both locations, once their kinds are known."""
_AGAIN: Final = "Ask again: with the kinds of the locations known, fewer calls describe the mover."
_STATE: Final = About("state")

Ends = tuple[Location | None, Location | None]
"""The source and the destination; None for one that is gone."""


async def examine_start(  # noqa: PLR0913, PLR0917 - what a start knows
    aws: AccountGateway,
    task: Task,
    ends: Ends,
    overrides: RunOverrides,
    roles: MoverRoles,
    read: int = _OF_ENDS,
) -> Preflight:
    """Of a mover that the caller may run, between ends that it may use.

    ``read``: how many calls have described the ends.
    """
    probe = Probe(aws, MOST_CALLS - _OF_TASK - read, _AGAIN if read > _OF_ENDS else None)
    deletes = {**task.options, **overrides.options}.get("PreserveDeletedFiles") == "REMOVE"
    checks = [_state(task), _overrides(aws, overrides, task, ends), *await _schedule(task)]
    used = (
        UsedAgents(location.agent_arns, About("agent-online", SIDES[side]))
        for side, location in zip(SIDES, ends, strict=True)
        if location is not None
    )
    found = await together(
        examine_agents(probe, used),
        *(
            _examine(probe, location, MoverEnd(SIDES[side], deletes=deletes), roles)
            for side, location in zip(SIDES, ends, strict=True)
        ),
    )
    return Preflight((*checks, *chain.from_iterable(found)))


def _state(task: Task) -> PreflightCheck:
    try:
        refuse_unless_available(task)
    except AlreadyRunning:
        return _STATE.failed("A run of the mover is active or queued.", "Wait, or stop that run.")
    except Conflict as error:
        return _STATE.failed(error.message, "Look at the mover's error, and at its agents.")
    return _STATE.passed("The mover is AVAILABLE.")


def _overrides(
    aws: AccountGateway, overrides: RunOverrides, task: Task, ends: Ends
) -> PreflightCheck:
    about = About("overrides", path=("overrides",))
    source, destination = ends
    try:
        check_for_task(overrides, task)
        check_files(overrides, aws)
        if source is not None and destination is not None:
            both = (end_of_location(source), end_of_location(destination))
            check_ends(overrides.options, both, OPTIONS)
        if destination is not None:
            check_place(overrides, task, end_of_location(destination))
    except Invalid as error:
        return rejected(error)
    except Conflict as error:
        return about.refused(error, "Leave the filters out, or clear the manifest of the mover.")
    return about.passed("The mover allows what the run does differently.")


async def _schedule(task: Task) -> list[PreflightCheck]:
    if task.schedule is None or task.schedule.status == "DISABLED":
        return []
    return await examine_next_run(task.schedule.expression, About("schedule"))


async def _examine(
    probe: Probe, location: Location | None, end: MoverEnd, roles: MoverRoles
) -> list[PreflightCheck]:
    about, side = end.about("location-exists"), end.side.value.lower()
    if location is None:
        return [about.failed(f"The {side} location of the mover is gone.", "Create a new mover.")]
    exists = about.passed(f"The {side} is {location.uri}.")
    return [exists, *await examine_location(probe, location, end, roles)]
