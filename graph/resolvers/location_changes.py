"""Changes a location, audited: for one mover, or for all movers that share it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from graph.aws import locations as aws_locations
from graph.aws.roles import is_movers_role
from graph.aws.tags import carries, value_of
from graph.aws.tasks import tasks_using
from graph.concurrency import together
from graph.context import Context
from graph.history.audit import ChangeInProgress
from graph.locations import Home
from graph.locations.changing import revision_of, update_of
from graph.model import names
from graph.model.audit import AuditAction, AuditTarget
from graph.model.errors import ApiError, Conflict, Forbidden, Invalid, NotFound
from graph.model.location import Location
from graph.model.location_change import LocationChange
from graph.model.mover import GROUP_TAG, Mover, own_tags
from graph.model.resources import Resource
from graph.model.verbs import Verb
from graph.resolvers import scope
from graph.resolvers.auditing import audited, stored_region

_CHANGE: Final = "change"


@dataclass(frozen=True, slots=True)
class _Users:
    """Who is affected by a change of a location."""

    movers: tuple[Mover, ...]
    groups: frozenset[str | None]
    """Of the movers and of the location itself; None for a task or mover that has none."""
    count: int
    """Of all tasks, those of others included."""


async def update_location(
    context: Context, location_arn: str, read: Callable[[], LocationChange]
) -> None:
    """Changes a location by one call, which can be repeated. ``read`` converts the input.

    Raises NotFound for a location that the caller does not see, Forbidden unless it may change
    every mover that uses it and use what the location then names, Conflict if the location is
    shared or has been changed, Invalid.
    """

    async def update(attempt: ChangeInProgress) -> None:
        scope.require_location_account(context, location_arn)
        users = await _users(context, location_arn, attempt)
        _require_rights(context, names.arn(location_arn).account, users)
        change = read()
        location = await aws_locations.describe_location(context.services.gateway, location_arn)
        if location is None:
            raise NotFound(scope.NO_LOCATION)
        await _update(context, location, users, change)

    target = _target(context, location_arn)
    await audited(context, AuditAction.UPDATE_LOCATION, target, update)


async def _update(
    context: Context, location: Location, users: _Users, change: LocationChange
) -> None:
    gateway, own = context.services.gateway, names.arn(location.arn)
    path = (_CHANGE, change.member)
    if change.kind != location.kind:
        raise Invalid(f"The location is of the kind {location.kind}.", path=path)
    if not change.is_for_all and users.count > 1:
        raise Conflict(
            f"{users.count} movers share the location, and the change would apply to all of them. "
            "Set 'alsoFor' to SHARED if that is intended."
        )
    if change.if_unchanged_since not in (None, revision_of(location)):
        raise Conflict("The location has been changed since. Read it again before you change it.")
    _refuse_own_role(context, location, change, path)
    update = update_of(location, change.fields, Home(own.account, own.region, own.partition), path)
    used = update.resources or (Resource(location.arn),)
    for group in users.groups:
        await context.services.resources.require(context.rights, own.account, group, used)
    await together(
        *(
            context.services.operations.require_idle(mover.account, mover.group, mover.name)
            for mover in users.movers
        )
    )
    if update.params:
        try:
            await aws_locations.update_location(gateway, location, update.params)
        except ApiError as error:
            error.path = error.path or _blamed(error, change, path)
            raise
    context.loaders.forget()


def _blamed(error: ApiError, change: LocationChange, path: tuple[str, ...]) -> tuple[str, ...]:
    """What of the change AWS has refused; empty for the location itself."""
    if "agent_arns" in change.fields and "agent" in error.message.lower():
        return (*path, "agentArns")
    return path if isinstance(error, Invalid) else ()


async def _users(context: Context, location_arn: str, attempt: ChangeInProgress) -> _Users:
    """Raises NotFound unless the caller sees the location, or a mover that uses it.

    A single group that is concerned is recorded, also if the caller does not see it.
    """
    account_id, gateway = names.arn(location_arn).account, context.services.gateway
    try:
        tags = await context.loaders.tags.load(location_arn)
    except NotFound:  # AWS's message is about resources
        raise NotFound(scope.NO_LOCATION) from None
    groups: set[str | None] = set()
    if carries(tags, own_tags(gateway.org)):
        groups.add(value_of(tags, GROUP_TAG))
    visible = any(scope.sees_group(context, account_id, group) for group in groups)
    tasks = await tasks_using(gateway, location_arn)
    found = await asyncio.gather(
        *(context.loaders.mover.load(arn) for arn in tasks), return_exceptions=True
    )
    movers = []
    for each in found:
        if isinstance(each, Mover):
            movers.append(each)
            visible = visible or scope.sees_group(context, account_id, each.group)
        elif not isinstance(each, NotFound):
            raise each
    groups |= {mover.group for mover in movers}
    if len(movers) < len(tasks) or not groups:
        groups.add(None)  # a task that is nobody's here: only who may change everything may
    if len(groups) == 1:
        attempt.add_details(group=next(iter(groups)))
    if not (visible or scope.sees_group(context, account_id, None)):
        raise NotFound(scope.NO_LOCATION)
    return _Users(tuple(movers), frozenset(groups), len(tasks))


def _require_rights(context: Context, account_id: str, users: _Users) -> None:
    for group in users.groups:
        if not context.rights.may(Verb.WRITE, account_id, group):
            raise _shared_with_others()
    if not all(context.rights.sees_region(mover.account.region) for mover in users.movers):
        raise _shared_with_others()


def _shared_with_others() -> Forbidden:
    return Forbidden(
        "The location is used by movers or tasks that the caller's key may not change."
    )


def _refuse_own_role(
    context: Context, location: Location, change: LocationChange, path: tuple[str, ...]
) -> None:
    """Raises Conflict: the role that the server made reaches the present prefix alone."""
    role, account_id = aws_locations.bucket_role(location), names.arn(location.arn).account
    if "subdirectory" not in change.fields or role is None:
        return
    if is_movers_role(role, context.services.gateway.org, account_id):
        raise Conflict(
            "The prefix of a location whose role was created with a mover cannot be changed: the "
            "role reaches the present one alone. Create another mover.",
            path=(*path, "subdirectory"),
        )


def _target(context: Context, location_arn: str) -> AuditTarget:
    """Only the text of a malformed ARN."""
    try:
        parts = names.arn(location_arn)
    except Invalid:
        return AuditTarget(resources=(location_arn,))
    region = stored_region(context, parts.region)
    return AuditTarget(account_id=parts.account, region=region, resources=(location_arn,))
