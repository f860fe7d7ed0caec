"""Examines what a new mover would meet."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import Final

from graph.aws.client.gateway import AccountGateway
from graph.concurrency import together
from graph.locations import place_of
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
from graph.preflight.storage import examine_storage

_OF_TASKS: Final = 2
"""Calls that the lists of tasks and of tags take, of an account whose tasks fit on a page."""
_OF_LOCATION: Final = 3
"""Calls that at most describe one that exists: an ARN does not tell its kind."""


async def examine_create(
    aws: AccountGateway, new: NewMover, quotas: Quotas, *, being_created: bool
) -> Preflight:
    """Of an input that a create accepts, from a caller who may use what it names.

    Locations that exist have been read, and the mode of the mover has been decided.

    Raises NotFound for an account that does not let the server in, and what the lists of its tasks
    raise.
    """
    ends = (("source", new.source), ("destination", new.destination))
    read = sum(isinstance(spec, ExistingSpec) for _, spec in ends)
    probe = Probe(aws, MOST_CALLS - _OF_TASKS - _OF_LOCATION * read)
    roles = roles_of(aws, new.group)
    settings = new.settings
    log_group = About("log-group", path=("logGroupArn",))
    found = await together(
        examine_room(aws, new, quotas, being_created=being_created),
        guarded(log_group, partial(examine_log_group, probe, settings)),
        examine_agents(probe, (_agents(spec, side) for side, spec in ends)),
        *(_examine(probe, spec, side, roles, settings) for side, spec in ends),
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


async def _examine(
    probe: Probe, spec: LocationSpec, side: str, roles: MoverRoles, settings: TaskSettings
) -> list[PreflightCheck]:
    deletes = settings.options.get("PreserveDeletedFiles") == "REMOVE"
    end = MoverEnd(SIDES[side], place_of(spec, side), deletes=deletes)
    if isinstance(spec, ExistingSpec):
        about = end.about("location-exists", "locationArn")
        return [about.passed(f"The location {spec.location_arn} exists.")]
    return await examine_storage(probe, spec, end, roles)


def _agents(spec: LocationSpec, side: str) -> UsedAgents:
    arns = tuple(getattr(spec, "agent_arns", ()))
    return UsedAgents(arns, SIDES[side], (*place_of(spec, side), "agentArns"))
