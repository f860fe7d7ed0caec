"""Preflights: checks rights, then examines without changing anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from graph.aws.client.gateway import Gateway
from graph.aws.locations import calls_to_describe, recent_location
from graph.context import ReadContext
from graph.model import names
from graph.model.errors import Conflict, Forbidden, Invalid
from graph.model.location import Location
from graph.model.location_specs import ExistingSpec
from graph.model.operation import NewMover
from graph.model.overrides import RunOverrides
from graph.model.preflight import Preflight, PreflightCheck
from graph.model.verbs import Verb
from graph.operations.checks import check
from graph.operations.existing import read_ends
from graph.operations.inputs import reservation_of
from graph.preflight.creates import Existing, examine_create, roles_of
from graph.preflight.inputs import rejected
from graph.preflight.results import About
from graph.preflight.room import Quotas
from graph.preflight.starts import examine_start
from graph.resolvers import movers, scope
from graph.resolvers.resources import require_files, require_use
from graph.task_settings.creation import with_mode

_USE: Final = About("resources-allowed")
_ASK: Final = (
    "Ask the operator of the server for a rule that allows it, or choose another resource."
)


async def preflight_mover(
    context: ReadContext,
    account_id: str,
    group: str,
    read: Callable[[], NewMover],
    region: str | None = None,
) -> Preflight:
    """What a create would meet. ``read`` converts the input, and raises Invalid.

    ``region``: None for the default one.

    Raises NotFound for the account and Forbidden if the caller may not write in the group. Nothing
    is read from AWS for an input that a create rejects, or that names what the caller may not use.
    """
    account = movers.check_may_create(context, account_id, group, region)
    services = context.services
    try:
        new = replace(read(), region=account.stored_region)
        names.group(new.group)
        names.mover_name(new.name)
        check(new, services.gateway)
    except Invalid as error:
        return Preflight((rejected(error),))
    costs = _costs(services.gateway, _existing_in(new))
    try:
        await services.resources.require_for_new(context.rights, new)
    except (Conflict, Forbidden) as error:
        return Preflight((_not_allowed(error),))
    try:
        settings = with_mode(new.settings, await read_ends(new, services.gateway))
    except Invalid as error:
        return Preflight((rejected(error),))
    new, existing = replace(new, settings=settings), await _existing(services.gateway, costs)
    aws, operations = services.gateway.bind(*account.place), services.operations
    holder = await services.store.operations.holder(reservation_of(account.key, group, new.name))
    quotas = Quotas(
        operations.quota, operations.group_quota, tell_total=context.rights.groups is None
    )
    return await examine_create(aws, new, quotas, existing, being_created=holder is not None)


async def preflight_start(
    context: ReadContext, task_arn: str, read: Callable[[], RunOverrides]
) -> Preflight:
    """What a start would meet. ``read`` converts the overrides, and raises Invalid.

    Raises NotFound for a mover that the caller cannot see, Forbidden if it may not run it.
    """
    scope.require_somewhere(context, Verb.RUN)
    mover = await movers.get_mover(context, task_arn)
    scope.require(context, Verb.RUN, mover.account.account_id, mover.group)
    try:
        overrides = read()
    except Invalid as error:
        return Preflight((rejected(error),))
    arns = await context.loaders.ends.load(task_arn)
    costs = _costs(context.services.gateway, arns)
    try:
        await require_use(context, mover)
        await require_files(context, mover, overrides)
    except (Conflict, Forbidden) as error:
        return Preflight((_not_allowed(error),))
    loaders = context.loaders
    source, destination = arns
    task, *found = await asyncio.gather(
        loaders.task.load(task_arn),
        loaders.location.load(source),
        loaders.location.load(destination),
    )
    ends, aws = (found[0], found[1]), context.services.gateway.of(task_arn)
    roles, calls = roles_of(aws, mover.group or ""), sum(map(_spent, costs.values(), ends))
    return await examine_start(aws, task, ends, overrides, roles, calls)


def _existing_in(new: NewMover) -> list[str]:
    """The locations that the input names by their ARNs."""
    ends = (new.source, new.destination)
    return [spec.location_arn for spec in ends if isinstance(spec, ExistingSpec)]


def _costs(gateway: Gateway, arns: Iterable[str]) -> dict[str, int]:
    """How many calls describe each of these locations at most."""
    return {arn: calls_to_describe(gateway, arn) for arn in arns}


async def _existing(gateway: Gateway, costs: Mapping[str, int]) -> Existing:
    """Locations that have been described just before. ``costs``: as ``_costs`` found them then."""
    found = {arn: await recent_location(gateway, arn) for arn in costs}
    return Existing(found, sum(_spent(costs[arn], location) for arn, location in found.items()))


def _spent(most: int, location: Location | None) -> int:
    """The calls that have described a location, of at most ``most``: S3 is tried first."""
    return 1 if location is not None and location.kind == "S3" else most


def _not_allowed(error: Conflict | Forbidden) -> PreflightCheck:
    """FAIL, or UNKNOWN where the tags that decide it cannot be read."""
    about = About(_USE.id, path=error.path)
    if isinstance(error, Forbidden):
        return about.refused(error, _ASK)
    return about.unknown(error.message)
