"""The workflows: make every part or unmake them all; unmake until nothing is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from dbos import DBOS

from graph.model import names
from graph.model.operation import NewMover
from graph.operations import deleting, steps
from graph.operations.patience import lasting
from graph.operations.rooms import rooms
from graph.operations.steps import SIDES, note, why_of
from graph.store import Parts

T = TypeVar("T")


@DBOS.workflow(name="create_mover", max_recovery_attempts=None)
async def create_mover(operation_id: str, new: NewMover, recheck: bool) -> str | None:  # noqa: FBT001
    """Makes all parts, or unmakes them.

    ``recheck``: whoever accepted it did not live to see whether the name is free.
    Gives why, where it failed and was undone.
    """
    async with _turn(new.account_id):
        begun = False
        try:
            if recheck:
                await _step("name", steps.check_name, operation_id, new)
            begun = True
            task_arn = await _step("make", steps.make, operation_id, new)
        except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
            why = why_of(error) + (await _undo(operation_id, new) if begun else "")
            await _end(operation_id, why)
            return why
        created = f"created data mover '{new.name}': {task_arn.rpartition('/')[2]}"
        await _end(operation_id, None, created)
        return None


@DBOS.workflow(name="undo_create", max_recovery_attempts=None)
async def undo_create(operation_id: str, new: NewMover) -> str | None:
    """Ends a create that the engine could not go on with, as after a change of its steps."""
    async with _turn(new.account_id):
        why = f"failed to create: {steps.BROKEN}" + await _undo(operation_id, new)
        await _end(operation_id, why)
        return why


@DBOS.workflow(name="delete_mover", max_recovery_attempts=None)
async def delete_mover(
    operation_id: str, task_arn: str, cancelled_by: str | None, parts: Parts | None
) -> str | None:
    """Task, locations, roles: what is gone is no obstacle. Gives why, where it failed.

    ``parts`` are those that an earlier deletion has left; None where the task still tells them.
    """
    async with _turn(names.arn(task_arn).account):
        try:
            if parts is None:
                parts = await _step("read", deleting.read_parts, operation_id, task_arn)
            await note(operation_id, "deleting task")
            await _step("task", deleting.delete_task, task_arn, cancelled_by)
            gone = []
            for location_arn, role_arn in parts:
                await note(operation_id, f"deleting {location_arn}")
                if await _step("location", deleting.delete_location, location_arn) and role_arn:
                    gone.append(role_arn)
            if gone:
                await note(operation_id, "deleting roles")
                await _step("roles", deleting.delete_unused_roles, list(dict.fromkeys(gone)))
        except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
            why = f"failed to delete: {why_of(error)}"
            await _end(operation_id, why)
            return why
        await lasting(lambda: rooms().store.end_deletion(operation_id))
        return None


@asynccontextmanager
async def _turn(account_id: str) -> AsyncIterator[None]:
    """Known to whoever stops this process from the first; goes on once it is its turn.

    None begins any more while the process stops.
    """
    running, task, asked = rooms().running, asyncio.current_task(), time.monotonic()
    if task is None:
        raise RuntimeError("a workflow runs in a task")
    running[task] = DBOS.workflow_id or ""
    try:
        async with rooms().turns.taken(account_id):
            # Another replica may have taken it over while it waited.
            await rooms().heart.certain(asked)
            yield
    finally:
        running.pop(task, None)


async def _step(name: str, work: Callable[..., Awaitable[T]], *args: Any) -> T:  # noqa: ANN401
    """Runs a part once for good: its result is journalled, and a restart goes on behind it."""

    async def call() -> T:
        return await work(*args)

    return await DBOS.run_step_async({"name": name}, call)


async def _end(operation_id: str, failure: str | None, *messages: str) -> None:
    await lasting(lambda: rooms().store.end_operation(operation_id, failure, *messages))


async def _undo(operation_id: str, new: NewMover) -> str:
    """Unmakes in reverse. Says what could not be unmade, for a person to see to."""
    undoing: list[tuple[str, Callable[..., Awaitable[None]], tuple[Any, ...]]] = [
        (steps.TASK, steps.unmake_task, (operation_id, new)),
        *((steps.location(s), steps.unmake_side, (operation_id, new, s)) for s in reversed(SIDES)),
    ]
    left = []
    for part, undo, args in undoing:
        try:
            await _step(f"undo {part}", undo, *args)
        except Exception as error:  # noqa: BLE001 - one part that stays must not keep the others
            left.append(f"{part} ({why_of(error)})")
    return f"; left behind: {', '.join(left)}" if left else ""
