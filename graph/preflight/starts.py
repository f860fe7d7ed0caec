"""Examines what a start of a mover would meet."""

from __future__ import annotations

from itertools import chain
from typing import Final

from graph.aws.client.gateway import AccountGateway
from graph.concurrency import together
from graph.locations import resources_at
from graph.locations.ends import end_of_location
from graph.model import names
from graph.model.errors import AlreadyRunning, Conflict, Invalid
from graph.model.location import Location
from graph.model.mover import Task
from graph.model.overrides import RunOverrides
from graph.model.preflight import Preflight, PreflightCheck
from graph.preflight.agents import UsedAgents, agents_of, examine_agents
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.buckets import BucketSide, examine_bucket
from graph.preflight.inputs import rejected
from graph.preflight.probe import MOST_CALLS, Probe
from graph.preflight.results import SIDES, About
from graph.preflight.schedules import examine_next_run
from graph.runs.files import check_files, check_place
from graph.runs.overrides import OPTIONS, check_for_task
from graph.runs.start import refuse_unless_available
from graph.task_settings.end_rules import check_ends

_READ_BEFORE: Final = 4
"""Calls that describe the task, its tags and both locations."""
_STATE: Final = About("state")

Ends = tuple[Location | None, Location | None]
"""The source and the destination; None for one that is gone."""


async def examine_start(
    aws: AccountGateway, task: Task, ends: Ends, overrides: RunOverrides, roles: MoverRoles
) -> Preflight:
    """Of a mover that the caller may run, between ends that it may use."""
    probe = Probe(aws, MOST_CALLS - _READ_BEFORE)
    deletes = {**task.options, **overrides.options}.get("PreserveDeletedFiles") == "REMOVE"
    checks = [_state(task), _overrides(aws, overrides, task, ends), *await _schedule(task)]
    used = (
        UsedAgents(agents_of(location.described), SIDES[side])
        for side, location in zip(SIDES, ends, strict=True)
        if location is not None
    )
    found = await together(
        examine_agents(probe, used),
        *(
            _examine(probe, location, side, roles, deletes=deletes)
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
    probe: Probe, location: Location | None, side: str, roles: MoverRoles, *, deletes: bool
) -> list[PreflightCheck]:
    about = About("location-exists", SIDES[side])
    if location is None:
        return [about.failed(f"The {side} location of the mover is gone.", "Create a new mover.")]
    exists = about.passed(f"The {side} is {location.uri}.")
    bucket = _bucket_side(location, side, deletes=deletes)
    if bucket is None:
        return [exists]
    return [exists, *await examine_bucket(probe, bucket, roles)]


def _bucket_side(location: Location, side: str, *, deletes: bool) -> BucketSide | None:
    """None for anything but a bucket."""
    if location.kind != "S3":
        return None
    found = resources_at(location.arn, location)[0]
    parts = names.arn(found.arn)
    if parts.service != "s3" or parts.account:
        return None
    return BucketSide(parts.resource, found.prefix or "", SIDES[side], (), deletes=deletes)
