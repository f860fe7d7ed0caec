"""The steps of a create. Each can be repeated and finds what it created."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from graph.aws import locations, tasks
from graph.aws.buckets import is_missing
from graph.aws.client.gateway import AccountGateway
from graph.aws.movers import movers_named
from graph.aws.roles import ensure_role, ensure_role_for, role_path
from graph.aws.task_files import statement_of
from graph.aws.task_updates import settings_of
from graph.locations import creation_of
from graph.model import names
from graph.model.errors import ApiError, Invalid, NameTaken, NotFound, Upstream
from graph.model.location_specs import ExistingSpec, LocationSpec, S3Spec
from graph.model.operation import NewMover
from graph.operations.failures import PartError, code_of, why_of
from graph.operations.parts import (
    SIDES,
    TASK,
    files_in,
    kept_sides,
    location,
    marks,
    role_name,
    spec_of,
    tags_for,
)
from graph.operations.runtime import Runtime
from graph.operations.settling import Settling
from graph.store import Parts

T = TypeVar("T")


class MoverCreation:
    """Creates the parts of one mover: roles, locations, task."""

    def __init__(self, runtime: Runtime, operation_id: str, new: NewMover) -> None:
        self._runtime, self._retries = runtime, runtime.retries
        self._operation_id, self._new = operation_id, new
        self._aws = runtime.gateway.at(new.account_id, new.region)
        self._settling = Settling(operation_id, runtime.retries, runtime.store.late_effects)

    async def check_name(self) -> None:
        """Raises NameTaken if a mover that this operation did not create has the name."""
        aws, new = self._aws, self._new
        call = self._retries.call_aws
        listed = await call(lambda: tasks.list_tasks_afresh(aws))
        have = await call(lambda: movers_named(aws, listed, new.group, new.name))
        own = await call(lambda: tasks.made_tasks(aws, new.name, marks(self._operation_id)))
        if set(have) - set(own):
            raise name_taken(new.group, new.name)

    async def create_parts(self) -> str:
        """Creates both locations with their roles side by side, then the task.

        Returns the task's ARN. One step of the journal: repeated, it finds what was created before.
        Raises PartError.
        """
        # The rules may have changed since it was accepted.
        await self._runtime.resources.require_still(self._new)
        began = time.monotonic()
        # Each part is noted before its call: a server that takes over has to know that it may
        # exist.
        first = await self._note(*(f"requested creation of {location(s)}" for s in SIDES))
        taken_over = None if first else began
        roles = await _both(self._create_role)
        ends = await _both(lambda side: self._create_location(side, roles[side], taken_over))
        first = await self._note(f"requested creation of {TASK} {self._new.name}")
        taken_over = None if first else began
        try:
            files = {part: await self._create_file_role(part) for part in files_in(self._new)}
            return await self._create_task(ends, roles, files, taken_over)
        except Exception as error:
            raise PartError(TASK, why_of(error), code_of(error)) from error

    async def _note(self, *messages: str) -> bool:
        """Adds events to the operation, each once. False if it has all of them already."""
        add = self._runtime.store.operations.add_events
        return await self._retries.call_store(lambda: add(self._operation_id, *messages))

    async def _create_role(self, side: str) -> str | None:
        """Returns the ARN of one side's role, or None where its kind of location needs none."""
        aws, new, spec = self._aws, self._new, spec_of(self._new, side)
        creation = creation_of(spec)
        if not creation.needs_role:
            return None
        name, path = role_name(self._operation_id, new, side), role_path(aws.org, new.group)
        bucket = creation.resources(spec, ())[0]
        tags = tags_for(aws.org, self._operation_id, new, side)
        return await self._ensure(lambda: ensure_role(aws, name, path, bucket, tags))

    async def _create_file_role(self, part: str) -> str:
        """Returns the ARN of the role that reads the manifest or writes the reports."""
        aws, new, statement = self._aws, self._new, statement_of(files_in(self._new)[part])
        name, path = role_name(self._operation_id, new, part), role_path(aws.org, new.group)
        tags = tags_for(aws.org, self._operation_id, new, part)
        return await self._ensure(lambda: ensure_role_for(aws, name, path, statement, tags))

    async def _ensure(self, make: Callable[[], Awaitable[str]]) -> str:
        async def ensure() -> str:
            try:
                return await make()
            except ApiError as error:
                # The name is the operation's own, so that repeating the call makes no second role.
                # But one that appears after a roll-back has to be removed.
                await self._settling.note_unanswered(error)
                raise

        return await self._retries.call_aws(ensure)

    async def _create_location(
        self, side: str, role_arn: str | None, taken_over: float | None
    ) -> str:
        """Returns the ARN of one side's location."""
        aws, spec = self._aws, spec_of(self._new, side)
        if isinstance(spec, ExistingSpec):
            return spec.location_arn
        mine = marks(self._operation_id, side)
        tags = tags_for(aws.org, self._operation_id, self._new, side)

        async def create() -> str:
            try:
                return await locations.create_location(aws, spec, role_arn, tags)
            except (Invalid, NotFound) as error:
                if await _misses_bucket(aws, spec, error):
                    text = f"{error.message.rstrip('.')}: the bucket does not exist"
                    raise Invalid(text, refused=error.refused) from None
                raise

        return await self._settling.find_or_make(
            lambda: locations.made_locations(aws, spec, mine), create, taken_over
        )

    async def _create_task(
        self,
        ends: dict[str, str],
        roles: dict[str, str | None],
        files: dict[str, str],
        taken_over: float | None,
    ) -> str:
        """Creates the task between the two locations; returns its ARN once it can be started.

        ``files``: the roles of its manifest and reports, by part.
        """
        kept = kept_sides(self._new)
        parts: Parts = [(ends[side], roles[side]) for side in SIDES if side not in kept]
        parts += [(role_arn, None) for role_arn in files.values()]
        source, destination = (ends[side] for side in SIDES)
        aws, name, operation_id = self._aws, self._new.name, self._operation_id
        tags = tags_for(aws.org, operation_id, self._new)
        settings = settings_of(self._new.settings, files)
        task_arn = await self._settling.find_or_make(
            lambda: tasks.made_tasks(aws, name, marks(operation_id)),
            lambda: tasks.create_task(aws, name, (source, destination), tags, settings),
            taken_over,
        )
        note = self._runtime.store.operations.set_task
        await self._retries.call_store(lambda: note(operation_id, task_arn, parts))
        await self._await_available(task_arn)
        return task_arn

    async def _await_available(self, task_arn: str) -> None:
        """Waits through CREATING and UNAVAILABLE, which a new task may pass. Raises Upstream."""
        gateway, policy = self._runtime.gateway, self._retries.policy
        until = time.monotonic() + policy.available
        while True:
            task = await self._retries.call_aws(lambda: tasks.describe_task(gateway, task_arn))
            if task.status not in ("CREATING", "UNAVAILABLE"):
                return
            if time.monotonic() > until:
                detail = f" AWS's reason: {task.error_detail}" if task.error_detail else ""
                raise Upstream(f"The task stayed {task.status}.{detail}")
            await asyncio.sleep(policy.poll)


def name_taken(group: str, name: str) -> NameTaken:
    return NameTaken(f"The group '{group}' already has a mover '{name}'.", path=("name",))


async def _misses_bucket(aws: AccountGateway, spec: LocationSpec, error: ApiError) -> bool:
    """Whether a location is refused because its bucket is missing, which the text does not say."""
    if not isinstance(spec, S3Spec) or "headbucket" not in error.message.lower():
        return False
    return await is_missing(aws, names.arn(spec.bucket_arn).resource)


async def _both(work: Callable[[str], Awaitable[T]]) -> dict[str, T]:
    """Does the work for both sides and returns the results by side. Raises PartError.

    Both run to their ends, so that nothing is still being created during the roll-back.
    """
    results = await asyncio.gather(*map(work, SIDES), return_exceptions=True)
    done: dict[str, T] = {}
    for side, result in zip(SIDES, results, strict=True):
        if isinstance(result, Exception):
            raise PartError(location(side), why_of(result), code_of(result)) from result
        if isinstance(result, BaseException):
            raise result
        done[side] = result
    return done
