"""The steps of the sagas. Each may run twice, and finds what it made the first time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from graph.aws import making
from graph.aws.locations import describe_location, list_locations
from graph.aws.roles import delete_role, ensure_role, is_movers_role, role_path
from graph.aws.runs import cancel_run, list_runs
from graph.aws.tasks import describe_task
from graph.model import names
from graph.model.errors import ApiError, Conflict, Invalid, NotFound, Throttled, Upstream
from graph.model.location import LocationSpec, S3Spec
from graph.model.mover import FLAVOR_TAG, GROUP_TAG, ORG_TAG, TYPE_TAG, Tag
from graph.model.operation import NewMover
from graph.model.run import RunRef
from graph.operations.rooms import rooms

T = TypeVar("T")

_PROPAGATING: Final = ("unable to assume role", "access test failed")
"""The two texts of a location's creation that pass by themselves, once a role is known."""
_NOWHERE: Final = "HeadBucket"
"""... unless it is the bucket that is missing."""


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Repeats what can pass, with growing waits and a bound; everything else fails at once."""
    patience = rooms().patience
    wait, until = patience.first, time.monotonic() + patience.together
    while True:
        try:
            return await work()
        except ApiError as error:
            if not _can_pass(error) or time.monotonic() + wait > until:
                raise
        await asyncio.sleep(wait)
        wait = min(patience.most, wait * 2)


async def make_role(operation_id: str, new: NewMover, side: str) -> str:
    """The role for one side's bucket."""
    spec = _spec(new, side)
    if not isinstance(spec, S3Spec):
        raise Invalid(f"the {side} needs no role")
    gateway = rooms().gateway
    return await patiently(
        lambda: ensure_role(
            gateway,
            new.account_id,
            role_name(operation_id, new, side),
            role_path(gateway.org, new.group),
            spec.bucket_arn,
            tags_for(operation_id, new),
        )
    )


async def make_location(operation_id: str, new: NewMover, side: str, role_arn: str | None) -> str:
    """One side's location."""
    gateway, spec = rooms().gateway, _spec(new, side)
    tag = making.operation_tag(operation_id)
    tries = 0 if await rooms().store.event(operation_id, requested(side)) else 1

    async def make() -> str:
        nonlocal tries
        tries += 1
        found = tries > 1 and await making.made_location(gateway, new.account_id, spec, tag)
        return found or await making.create_location(
            gateway, new.account_id, spec, role_arn, tags_for(operation_id, new)
        )

    return await patiently(make)


async def make_task(operation_id: str, new: NewMover, source: str, destination: str) -> str:
    """The task between the two locations."""
    gateway, store = rooms().gateway, rooms().store
    tag = making.operation_tag(operation_id)
    message = f"requested creation of datasync task {new.name}"
    tries = 0 if await store.event(operation_id, message) else 1

    async def make() -> str:
        nonlocal tries
        tries += 1
        found = tries > 1 and await making.made_task(gateway, new.account_id, new.name, tag)
        return found or await making.create_task(
            gateway,
            new.account_id,
            new.name,
            (source, destination),
            tags_for(operation_id, new),
        )

    task_arn = await patiently(make)
    await store.set_task(operation_id, task_arn)
    return task_arn


async def await_available(operation_id: str, name: str, task_arn: str) -> None:
    """Waits until the task can be started: CREATING and UNAVAILABLE are not final."""
    until = time.monotonic() + rooms().patience.available
    while True:
        task = await patiently(lambda: describe_task(rooms().gateway, task_arn))
        if task.status not in ("CREATING", "UNAVAILABLE"):
            created = f"created data mover '{name}': {task_arn.rpartition('/')[2]}"
            await rooms().store.event(operation_id, created)
            return
        if time.monotonic() > until:
            detail = f": {task.error_detail}" if task.error_detail else ""
            raise Upstream(f"the task stayed {task.status}{detail}")
        await asyncio.sleep(rooms().patience.poll)


async def unmake_task(operation_id: str, new: NewMover) -> None:
    gateway, tag = rooms().gateway, making.operation_tag(operation_id)
    found = await patiently(lambda: making.made_task(gateway, new.account_id, new.name, tag))
    if found:
        await patiently(lambda: making.delete_task(gateway, found))
    await rooms().store.set_task(operation_id, None)


async def unmake_location(operation_id: str, new: NewMover, side: str) -> None:
    gateway, tag = rooms().gateway, making.operation_tag(operation_id)
    spec = _spec(new, side)
    found = await patiently(lambda: making.made_location(gateway, new.account_id, spec, tag))
    if found:
        await patiently(lambda: making.delete_location(gateway, found))


async def unmake_role(operation_id: str, new: NewMover, side: str) -> None:
    name = role_name(operation_id, new, side)
    await patiently(lambda: delete_role(rooms().gateway, new.account_id, name))


async def cancel_runs(task_arn: str) -> None:
    """Cancels whatever runs or waits, and waits until nothing does."""
    gateway = rooms().gateway
    until = time.monotonic() + rooms().patience.available
    while True:
        active = [run for run in await _runs(task_arn) if not run.ended]
        if not active:
            return
        for run in active:
            if run.status != "CANCELLING":
                await _ignoring_refusal(cancel_run(gateway, run.run_arn))
        if time.monotonic() > until:
            raise Conflict("the mover's run could not be cancelled in time")
        await asyncio.sleep(rooms().patience.poll)


async def parts_of(task_arn: str) -> list[tuple[str, str | None]]:
    """A mover's locations, each with the role that may go with it. Nothing where it is gone."""
    try:
        task = await patiently(lambda: describe_task(rooms().gateway, task_arn))
    except NotFound:
        return []
    ends = dict.fromkeys((task.source_arn, task.destination_arn))
    return [(arn, await _role_of(arn)) for arn in ends]


async def delete_task(task_arn: str) -> None:
    await patiently(lambda: making.delete_task(rooms().gateway, task_arn))


async def delete_location(location_arn: str) -> None:
    await patiently(lambda: making.delete_location(rooms().gateway, location_arn))


async def delete_unused_role(role_arn: str, location_arn: str) -> None:
    """Deletes a role unless another location still uses it: the original server shared them."""
    gateway = rooms().gateway
    account_id = names.arn(role_arn).account
    for other in await patiently(lambda: list_locations(gateway, account_id)):
        if other != location_arn and await _role_of(other) == role_arn:
            return
    name = role_arn.rpartition("/")[2]
    await patiently(lambda: delete_role(gateway, account_id, name))


def role_name(operation_id: str, new: NewMover, side: str) -> str:
    """Unique to the operation and side; within IAM's 64 characters, as the name has at most 40."""
    return f"{new.name}-{side}-{operation_id.replace('-', '')[:10]}"


def tags_for(operation_id: str, new: NewMover) -> tuple[Tag, ...]:
    """The group's tags, then the caller's, then the mark of the operation."""
    return (
        Tag(ORG_TAG, rooms().gateway.org),
        Tag(GROUP_TAG, new.group),
        Tag(TYPE_TAG, "storage"),
        Tag(FLAVOR_TAG, "datamover"),
        *new.tags,
        making.operation_tag(operation_id),
    )


def requested(side: str) -> str:
    return f"requested creation of {side} location"


def _spec(new: NewMover, side: str) -> LocationSpec:
    return new.source if side == "source" else new.destination


def _can_pass(error: ApiError) -> bool:
    if isinstance(error, Throttled | Upstream):
        return True
    text = error.message.lower()
    return _NOWHERE.lower() not in text and any(passing in text for passing in _PROPAGATING)


async def _runs(task_arn: str) -> list[RunRef]:
    try:
        return await patiently(lambda: list_runs(rooms().gateway, task_arn))
    except NotFound:
        return []


async def _ignoring_refusal(work: Awaitable[None]) -> None:
    """A run that has ended meanwhile cannot be cancelled, and need not be."""
    try:
        await work
    except (Invalid, NotFound):
        return


async def _role_of(location_arn: str) -> str | None:
    gateway = rooms().gateway
    location = await patiently(lambda: describe_location(gateway, location_arn))
    if location is None or location.kind != "S3":
        return None
    role = (location.described.get("S3Config") or {}).get("BucketAccessRoleArn")
    account_id = names.arn(location_arn).account
    return role if role and is_movers_role(role, gateway.org, account_id) else None
