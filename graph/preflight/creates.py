"""Examines what a new mover would meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

from graph.aws.client.gateway import AccountGateway
from graph.concurrency import together
from graph.locations import place_of
from graph.model.location import Location
from graph.model.location_specs import ExistingSpec, LocationSpec
from graph.model.operation import NewMover
from graph.model.preflight import Preflight, PreflightCheck
from graph.model.task_settings import TaskSettings
from graph.preflight.agents import UsedAgents, examine_agents
from graph.preflight.bucket_policies import MoverRoles
from graph.preflight.inputs import accepted
from graph.preflight.log_groups import examine_log_group
from graph.preflight.probe import MOST_CALLS, Probe, guarded
from graph.preflight.results import SIDES, About, MoverEnd
from graph.preflight.room import Quotas, examine_room
from graph.preflight.schedules import examine_schedule
from graph.preflight.storage import examine_location, examine_storage

_OF_TASKS: Final = 2
"""Calls that the lists of tasks and of tags take, of an account whose tasks fit on a page."""


@dataclass(frozen=True, slots=True)
class Existing:
    """The locations that the input names by their ARNs."""

    locations: Mapping[str, Location | None]
    """By ARN; None for one that is gone."""
    calls: int
    """How many have described them."""


NONE_EXISTS: Final = Existing({}, 0)


async def examine_create(
    aws: AccountGateway,
    new: NewMover,
    quotas: Quotas,
    existing: Existing = NONE_EXISTS,
    *,
    being_created: bool,
) -> Preflight:
    """Of an input that a create accepts, from a caller who may use what it names.

    The mode of the mover has been decided.

    Raises NotFound for an account that does not let the server in, and what the lists of its tasks
    raise.
    """
    settings = new.settings
    given = (("source", new.source), ("destination", new.destination))
    ends = [(spec, _end(spec, side, settings)) for side, spec in given]
    probe = Probe(aws, MOST_CALLS - _OF_TASKS - existing.calls)
    roles = roles_of(aws, new.group)
    log_group = About("log-group", path=("logGroupArn",))
    found = await together(
        examine_room(aws, new, quotas, being_created=being_created),
        guarded(log_group, partial(examine_log_group, probe, settings)),
        examine_agents(probe, (_agents(*each, existing) for each in ends)),
        *(_examine(probe, *each, roles, existing) for each in ends),
    )
    checks = accepted(new)
    if settings.expression is not None:
        about = About("schedule", path=("schedule", "expression"))
        checks += await examine_schedule(settings.expression, about)
    return Preflight((*checks, *chain.from_iterable(found)))


def roles_of(aws: AccountGateway, group: str) -> MoverRoles:
    """The roles of the movers of a group."""
    management = aws.gateway.clients.role_arn(aws.account_id)
    return MoverRoles(aws.partition, aws.account_id, aws.org, group, management)


def _end(spec: LocationSpec, side: str, settings: TaskSettings) -> MoverEnd:
    deletes = settings.options.get("PreserveDeletedFiles") == "REMOVE"
    exists = isinstance(spec, ExistingSpec)
    return MoverEnd(SIDES[side], place_of(spec, side), deletes=deletes, exists=exists)


async def _examine(
    probe: Probe, spec: LocationSpec, end: MoverEnd, roles: MoverRoles, existing: Existing
) -> list[PreflightCheck]:
    if not isinstance(spec, ExistingSpec):
        return await examine_storage(probe, spec, end, roles)
    about, location = end.about("location-exists"), existing.locations.get(spec.location_arn)
    if location is None:
        text = f"The location {spec.location_arn} does not exist."
        return [about.failed(text, "Choose another location, or create one with the mover.")]
    exists = about.passed(f"The location is {location.uri}.")
    return [exists, *await examine_location(probe, location, end, roles)]


def _agents(spec: LocationSpec, end: MoverEnd, existing: Existing) -> UsedAgents:
    if isinstance(spec, ExistingSpec):
        location = existing.locations.get(spec.location_arn)
        arns = () if location is None else location.agent_arns
    else:
        arns = tuple(getattr(spec, "agent_arns", ()))
    return UsedAgents(arns, end.about("agent-online", "agentArns"))
