"""The steps of a create and of its roll-back. Each can be repeated and finds what it created."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from graph.aws import locations, tasks
from graph.aws.buckets import is_missing
from graph.aws.client.gateway import AccountGateway
from graph.aws.marks import operation_tag
from graph.aws.movers import movers_named
from graph.aws.roles import delete_role, ensure_role, role_path
from graph.locations import creation_of
from graph.model import names
from graph.model.errors import ApiError, Invalid, NameTaken, NotFound, Upstream
from graph.model.location import LocationSpec
from graph.model.mover import (
    GROUP_TAG,
    OPERATION_TAG,
    ORG_TAG,
    PART_TAG,
    Tag,
    own_tags,
)
from graph.model.operation import NewMover
from graph.operations.journal import PartError
from graph.operations.retries import with_retry, with_store_retry
from graph.operations.runtime import runtime
from graph.operations.settling import find_or_make, note_unanswered

T = TypeVar("T")

SIDES: Final = ("source", "destination")
TASK: Final = "datasync task"
BROKEN: Final = "an internal error occurred; the server's log has the details"

log = logging.getLogger(__name__)


async def check_name(operation_id: str, new: NewMover) -> None:
    """Raises NameTaken if a mover that this operation did not create has the name."""
    aws = _aws(new)
    listed = await with_retry(lambda: tasks.list_tasks_afresh(aws))
    have = await with_retry(lambda: movers_named(aws, listed, new.group, new.name))
    own = await with_retry(lambda: tasks.made_tasks(aws, new.name, marks(operation_id)))
    if set(have) - set(own):
        raise name_taken(new)


async def create_parts(operation_id: str, new: NewMover) -> str:
    """Creates both locations with their roles side by side, then the task; returns the task's ARN.

    One step of the journal: repeated, it finds what was created before. Raises PartError.
    """
    await runtime().resources.require_still(new)  # the rules may have changed since it was accepted
    began = time.monotonic()
    # Each part is noted before its call: a server that takes over has to know that it may exist.
    first = await note(operation_id, *(f"requested creation of {location(s)}" for s in SIDES))
    taken_over = None if first else began
    roles = await _both(lambda side: _role(operation_id, new, side))
    ends = await _both(
        lambda side: _create_location(operation_id, new, side, roles[side], taken_over)
    )
    first = await note(operation_id, f"requested creation of {TASK} {new.name}")
    taken_over = None if first else began
    try:
        return await _create_task(
            operation_id, new, (ends["source"], ends["destination"]), taken_over
        )
    except Exception as error:
        raise PartError(TASK, why_of(error)) from error


async def _both(work: Callable[[str], Awaitable[T]]) -> dict[str, T]:
    """Does the work for both sides and returns the results by side. Raises PartError.

    Both run to their ends, so that nothing is still being created during the roll-back.
    """
    results = await asyncio.gather(*map(work, SIDES), return_exceptions=True)
    done: dict[str, T] = {}
    for side, result in zip(SIDES, results, strict=True):
        if isinstance(result, Exception):
            raise PartError(location(side), why_of(result)) from result
        if isinstance(result, BaseException):
            raise result
        done[side] = result
    return done


async def _create_location(
    operation_id: str,
    new: NewMover,
    side: str,
    role_arn: str | None,
    taken_over: float | None,
) -> str:
    """Returns the ARN of one side's location."""
    aws, spec = _aws(new), spec_of(new, side)
    tags = tags_for(operation_id, new, side)

    async def find() -> list[str]:
        mine = marks(operation_id, side)
        return await locations.made_locations(aws, spec, mine)

    async def make() -> str:
        try:
            return await locations.create_location(aws, spec, role_arn, tags)
        except (Invalid, NotFound) as error:
            if await _misses_bucket(aws, spec, error):
                text = f"{error.message.rstrip('.')}: the bucket does not exist"
                raise Invalid(text, refused=error.refused) from None
            raise

    return await find_or_make(operation_id, find, make, taken_over)


async def _misses_bucket(aws: AccountGateway, spec: LocationSpec, error: ApiError) -> bool:
    """Whether a location is refused for want of its bucket. DataSync's text does not tell."""
    bucket = names.arn(creation_of(spec).target(spec)).resource
    return "headbucket" in error.message.lower() and await is_missing(aws, bucket)


async def _create_task(
    operation_id: str, new: NewMover, ends: tuple[str, str], taken_over: float | None
) -> str:
    """Creates the task between the two locations and returns its ARN once it can be started."""
    aws, store = _aws(new), runtime().store

    async def find() -> list[str]:
        mine = marks(operation_id)
        return await tasks.made_tasks(aws, new.name, mine)

    async def make() -> str:
        tags = tags_for(operation_id, new)
        return await tasks.create_task(aws, new.name, ends, tags)

    task_arn = await find_or_make(operation_id, find, make, taken_over)
    await with_store_retry(lambda: store.set_task(operation_id, task_arn))
    await _await_available(task_arn)
    return task_arn


async def remove_task(operation_id: str, new: NewMover) -> None:
    aws, undoing = _aws(new), runtime().retry.rollback_seconds

    async def unmake() -> None:
        for arn in await tasks.made_tasks(aws, new.name, marks(operation_id)):
            await tasks.delete_task(aws, arn)

    await with_retry(unmake, undoing)
    await with_store_retry(lambda: runtime().store.set_task(operation_id, None))


async def remove_side(operation_id: str, new: NewMover, side: str) -> None:
    """Removes one side's location, then its role, which the location needs until then."""
    aws, undoing = _aws(new), runtime().retry.rollback_seconds
    spec = spec_of(new, side)

    async def unmake() -> None:
        for arn in await locations.made_locations(aws, spec, marks(operation_id, side)):
            await locations.delete_location(aws, arn)

    await with_retry(unmake, undoing)
    if not creation_of(spec).needs_role:
        return
    name, own = role_name(operation_id, new, side), operation_tag(operation_id)
    await with_retry(lambda: delete_role(aws, name, (own,)), undoing)


async def note(operation_id: str, *messages: str) -> bool:
    """Adds events to the operation, each once. Returns False if it has all of them already."""
    return await with_store_retry(lambda: runtime().store.event(operation_id, *messages))


def why_of(error: Exception) -> str:
    """The reason of a failure for the caller. Unexpected errors are logged and not disclosed."""
    if isinstance(error, ApiError | PartError):
        return str(error)
    log.error("unexpected error in an operation", exc_info=error)
    return BROKEN


def location(side: str) -> str:
    return f"{side} location"


def role_name(operation_id: str, new: NewMover, side: str) -> str:
    """Unique to the operation and side, within IAM's 64 characters: a name has at most 40."""
    return f"{new.name}-{side}-{operation_id.replace('-', '')[:10]}"


def tags_for(operation_id: str, new: NewMover, side: str | None = None) -> tuple[Tag, ...]:
    """The group's tags, then the caller's, then those that mark operation and part."""
    org = runtime().gateway.org
    of_group = {ORG_TAG: org, GROUP_TAG: new.group} | own_tags(org)  # in the original's order
    return (
        *(Tag(key, value) for key, value in of_group.items()),
        *new.tags,
        *(Tag(key, value) for key, value in marks(operation_id, side).items()),
    )


def marks(operation_id: str, side: str | None = None) -> dict[str, str]:
    """The tags by which a part is found again. Both sides may be in the same bucket."""
    part = {} if side is None else {PART_TAG: side}
    return {OPERATION_TAG: operation_id} | part


def name_taken(new: NewMover) -> NameTaken:
    return NameTaken(f"group '{new.group}' has a mover '{new.name}' already", path=("name",))


def _aws(new: NewMover) -> AccountGateway:
    return runtime().gateway.bind(new.account_id)


def spec_of(new: NewMover, side: str) -> LocationSpec:
    return new.source if side == "source" else new.destination


async def _role(operation_id: str, new: NewMover, side: str) -> str | None:
    """Returns the ARN of one side's role, or None where its kind of location needs none."""
    aws, spec = _aws(new), spec_of(new, side)
    if not creation_of(spec).needs_role:
        return None

    async def ensure() -> str:
        try:
            return await ensure_role(
                aws,
                role_name(operation_id, new, side),
                role_path(aws.org, new.group),
                creation_of(spec).target(spec),
                tags_for(operation_id, new, side),
            )
        except ApiError as error:
            # The name is the operation's own, so that repeating the call makes no second role.
            # But one that appears after a roll-back has to be removed.
            await note_unanswered(operation_id, error)
            raise

    return await with_retry(ensure)


async def _await_available(task_arn: str) -> None:
    """Waits through CREATING and UNAVAILABLE, which a new task may pass. Raises Upstream."""
    until = time.monotonic() + runtime().retry.available
    while True:
        task = await with_retry(lambda: tasks.describe_task(runtime().gateway, task_arn))
        if task.status not in ("CREATING", "UNAVAILABLE"):
            return
        if time.monotonic() > until:
            detail = f": {task.error_detail}" if task.error_detail else ""
            raise Upstream(f"the task stayed {task.status}{detail}")
        await asyncio.sleep(runtime().retry.poll)
