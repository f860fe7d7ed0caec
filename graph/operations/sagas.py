"""The workflows: make every part or unmake them all; unmake until nothing is left."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from dbos import DBOS

from graph.model import names
from graph.model.errors import ApiError
from graph.model.operation import NewMover
from graph.operations import deleting, steps
from graph.operations.patience import lasting
from graph.operations.rooms import rooms
from graph.operations.steps import SIDES
from graph.store import Parts

T = TypeVar("T")
Undo = tuple[str, Callable[..., Awaitable[None]], tuple[Any, ...]]

log = logging.getLogger(__name__)

_BROKEN: Final = "the server could not go on with it; its log says more"


@DBOS.workflow(name="create_mover", max_recovery_attempts=None)
async def create_mover(operation_id: str, new: NewMover, recheck: bool) -> str | None:  # noqa: FBT001
    """Both sides with their roles, side by side, then the task.

    ``recheck``: whoever accepted it did not live to see whether the name is free.
    Gives why, where it failed and was undone.
    """
    begun: list[Undo] = []
    doing = ""
    async with _turn(new.account_id):
        try:
            if recheck:
                await _step("name", steps.check_name, operation_id, new)
            # Each part is noted before its call: a lost answer may still have made it.
            begun += [(f"{s} location", steps.unmake_side, (operation_id, new, s)) for s in SIDES]
            ends = await _both_sides(operation_id, new)
            doing = "datasync task"
            begun.append((doing, steps.unmake_task, (operation_id, new)))
            message = f"requested creation of datasync task {new.name}"
            fresh = await _note(operation_id, message)
            task_arn = await _step("task", steps.make_task, operation_id, new, ends, fresh)
        except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
            doing = f"{error.side} location" if isinstance(error, _SideError) else doing
            why = _failed(doing, error) + await _undo(begun)
            await _end(operation_id, why)
            return why
        created = f"created data mover '{new.name}': {task_arn.rpartition('/')[2]}"
        await _end(operation_id, None, created)
        return None


@DBOS.workflow(name="undo_create", max_recovery_attempts=None)
async def undo_create(operation_id: str, new: NewMover) -> str | None:
    """Ends a create that the engine could not go on with, as after a change of its steps."""
    async with _turn(new.account_id):
        begun: list[Undo] = [
            (f"{s} location", steps.unmake_side, (operation_id, new, s)) for s in SIDES
        ]
        begun.append(("datasync task", steps.unmake_task, (operation_id, new)))
        why = f"failed to create: {_BROKEN}" + await _undo(begun)
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
            await _note(operation_id, "deleting task")
            await _step("task", deleting.delete_task, task_arn, cancelled_by)
            gone = []
            for location_arn, role_arn in parts:
                await _note(operation_id, f"deleting {location_arn}")
                if await _step("location", deleting.delete_location, location_arn) and role_arn:
                    gone.append(role_arn)
            if gone:
                await _note(operation_id, "deleting roles")
                await _step("roles", deleting.delete_unused_roles, list(dict.fromkeys(gone)))
        except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
            why = f"failed to delete: {_why(error)}"
            await _end(operation_id, why)
            return why
        await lasting(lambda: rooms().store.end_deletion(operation_id))
        return None


async def _both_sides(operation_id: str, new: NewMover) -> tuple[str, str]:
    """Each to its end, so that nothing is still being made while it is unmade.

    They begin together and in one order, by which the journal knows the steps again.
    """
    fresh = await _note(operation_id, *(f"requested creation of {s} location" for s in SIDES))
    source, destination = await asyncio.gather(
        *(_step(f"{s} side", steps.make_side, operation_id, new, s, fresh) for s in SIDES),
        return_exceptions=True,
    )
    for side, result in zip(SIDES, (source, destination), strict=True):
        if isinstance(result, Exception):
            raise _SideError(side, result)
        if isinstance(result, BaseException):
            raise result
    return str(source), str(destination)


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


async def _note(operation_id: str, *messages: str) -> bool:
    """No step of the journal: it may be repeated, and tells whether it is."""
    return await lasting(lambda: rooms().store.event(operation_id, *messages))


async def _end(operation_id: str, failure: str | None, *messages: str) -> None:
    await lasting(lambda: rooms().store.end_operation(operation_id, failure, *messages))


async def _undo(begun: list[Undo]) -> str:
    """Unmakes in reverse. Says what could not be unmade, for a person to see to."""
    left = []
    for name, undo, args in reversed(begun):
        try:
            await _step(f"undo {name}", undo, *args)
        except Exception as error:  # noqa: BLE001 - one part that stays must not keep the others
            left.append(f"{name} ({_why(error)})")
    return f"; left behind: {', '.join(left)}" if left else ""


class _SideError(Exception):
    """Which side failed, and with what."""

    def __init__(self, side: str, cause: Exception) -> None:
        super().__init__(str(cause))
        self.side, self.cause = side, cause


def _failed(doing: str, error: Exception) -> str:
    return f"failed to create {doing}: {_why(error)}" if doing else _why(error)


def _why(error: Exception) -> str:
    if isinstance(error, _SideError):
        return _why(error.cause)
    if isinstance(error, ApiError):
        return error.message
    log.error("an operation broke", exc_info=error)
    return _BROKEN
