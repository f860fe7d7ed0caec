"""The workflows: create every part or roll back; delete until nothing is left.

Their inputs are ids alone. What was asked is read from the store, so the engine stores nothing that
has to survive a change of classes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from dbos import DBOS

from graph.concurrency import Work, begin_work
from graph.model.operation import NewMover
from graph.operations import creating, deleting
from graph.operations.accepted import CreateInput, DeleteInput, decode
from graph.operations.creating import SIDES, note, why_of
from graph.operations.retries import with_store_retry
from graph.operations.runtime import runtime
from graph.store import Parts, StoredOperation

T = TypeVar("T")


@DBOS.workflow(name="create_mover", max_recovery_attempts=None)
async def create_mover(operation_id: str, recheck: bool) -> str | None:  # noqa: FBT001
    """Creates all parts or rolls back. Returns the reason of a failure.

    ``recheck``: the name is checked again, because the server that accepted it may have failed to.
    """
    row = await _row(operation_id)
    new = _create_input(row)
    async with _slot(row):
        begun = False
        try:
            if recheck:
                await _step("name", creating.check_name, operation_id, new)
            begun = True
            task_arn = await _step("make", creating.create_parts, operation_id, new)
        except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
            why = why_of(error) + (await _undo(operation_id, new) if begun else "")
            await _end(operation_id, why)
            return why
        created = f"created data mover '{new.name}': {task_arn.rpartition('/')[2]}"
        await _end(operation_id, None, created)
        return None


@DBOS.workflow(name="undo_create", max_recovery_attempts=None)
async def undo_create(operation_id: str) -> str | None:
    """Rolls back a create that the engine has given up, as after a change of its creating."""
    row = await _row(operation_id)
    new = _create_input(row)
    async with _slot(row):
        why = f"failed to create: {creating.BROKEN}" + await _undo(operation_id, new)
        await _end(operation_id, why)
        return why


@DBOS.workflow(name="delete_mover", max_recovery_attempts=None)
async def delete_mover(operation_id: str) -> str | None:
    """Deletes task, locations and roles; what is gone already is no obstacle.

    Returns the reason of a failure.
    """
    row = await _row(operation_id)
    given = _delete_input(row)
    # The store knows the parts from when they were first read: once the task is gone, AWS does not.
    parts = row.parts or given.parts
    async with _slot(row):
        try:
            await _delete(operation_id, given, parts)
        except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
            why = f"failed to delete: {why_of(error)}"
            await _end(operation_id, why)
            return why
        await with_store_retry(lambda: runtime().store.end_deletion(operation_id))
        return None


async def _delete(operation_id: str, given: DeleteInput, known: Parts | None) -> None:
    # Always a step, so that the journal is the same whether or not the store knew them by then.
    parts: Parts = await _step(
        "read", deleting.read_parts, operation_id, given.task_arn, known=known
    )
    await note(operation_id, "deleting task")
    await _step("task", deleting.delete_task, given.task_arn, given.cancelled_by)
    gone = []
    for location_arn, role_arn in parts:
        await note(operation_id, f"deleting {location_arn}")
        if await _step("location", deleting.delete_location, location_arn) and role_arn:
            gone.append(role_arn)
    if gone:
        await note(operation_id, "deleting roles")
        await _step("roles", deleting.delete_unused_roles, list(dict.fromkeys(gone)))


async def _row(operation_id: str) -> StoredOperation:
    return await with_store_retry(lambda: runtime().store.operation(operation_id))


def _create_input(row: StoredOperation) -> NewMover:
    given = decode(row.input)
    if not isinstance(given, CreateInput):
        raise TypeError("the operation is no create")
    return given.new


def _delete_input(row: StoredOperation) -> DeleteInput:
    given = decode(row.input)
    if not isinstance(given, DeleteInput):
        raise TypeError("the operation is no delete")
    return given


@asynccontextmanager
async def _slot(row: StoredOperation) -> AsyncIterator[None]:
    """Waits until the account has room for one more, and is drained when the process stops.

    The calls to AWS have the turns of the caller who requested the operation.
    """
    running, task, asked = runtime().running, asyncio.current_task(), time.monotonic()
    if task is None:
        raise RuntimeError("a workflow runs in a task")
    running[task] = row.id
    begin_work(Work((row.requested_key, row.requested_by, row.id)))
    try:
        async with runtime().limiter.slot(row.account_id, row.group, row.requested_key):
            # Another replica may have taken it over while it waited.
            await runtime().heartbeat.ensure_owner(asked)
            yield
    finally:
        running.pop(task, None)


async def _step(name: str, work: Callable[..., Awaitable[T]], *args: Any, **more: Any) -> T:  # noqa: ANN401
    """Runs a part once: its result is journalled, and a resumed workflow continues behind it."""

    async def call() -> T:
        return await work(*args, **more)

    return await DBOS.run_step_async({"name": name}, call)


async def _end(operation_id: str, failure: str | None, *messages: str) -> None:
    await with_store_retry(lambda: runtime().store.end_operation(operation_id, failure, *messages))


async def _undo(operation_id: str, new: NewMover) -> str:
    """Rolls back in reverse order. Returns what could not be removed, for a person to handle."""
    undoing: list[tuple[str, Callable[..., Awaitable[None]], tuple[Any, ...]]] = [
        (creating.TASK, creating.remove_task, (operation_id, new)),
        *(
            (creating.location(s), creating.remove_side, (operation_id, new, s))
            for s in reversed(SIDES)
        ),
    ]
    left = []
    for part, undo, args in undoing:
        try:
            await _step(f"undo {part}", undo, *args)
        except Exception as error:  # noqa: BLE001 - one part that stays must not keep the others
            left.append(f"{part} ({why_of(error)})")
    return f"; left behind: {', '.join(left)}" if left else ""
