"""The two workflows: make every part or unmake them all; unmake until nothing is left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from dbos import DBOS

from graph.model.errors import ApiError
from graph.model.location import S3Spec
from graph.model.operation import NewMover
from graph.operations import steps
from graph.operations.rooms import rooms

T = TypeVar("T")
Undo = tuple[str, Callable[..., Awaitable[None]], tuple[Any, ...]]

log = logging.getLogger(__name__)

_SIDES: Final = ("source", "destination")


@DBOS.workflow(name="create_mover", max_recovery_attempts=None)
async def create_mover(operation_id: str, new: NewMover) -> str | None:
    """Roles, both locations side by side, task. Gives why, where it failed and was undone."""
    begun: list[Undo] = []
    doing = "datasync task"

    async def side(name: str) -> str:
        """Each part is noted before its call: a lost answer may still have made it."""
        nonlocal doing
        role_arn, spec = None, new.source if name == "source" else new.destination
        try:
            if isinstance(spec, S3Spec):
                begun.insert(0, (f"role {name}", steps.unmake_role, (operation_id, new, name)))
                role_arn = await _step(f"role {name}", steps.make_role, operation_id, new, name)
            begun.append((f"location {name}", steps.unmake_location, (operation_id, new, name)))
            return await _step(
                f"location {name}", steps.make_location, operation_id, new, name, role_arn
            )
        except ApiError:
            doing = f"{name} location"
            raise

    try:
        ends = await _both(side("source"), side("destination"))
        begun.append(("task", steps.unmake_task, (operation_id, new)))
        task_arn = await _step("task", steps.make_task, operation_id, new, *ends)
        await _step("available", steps.await_available, operation_id, new.name, task_arn)
    except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
        why = f"failed to create {doing}: {_why(error)}"
        for name, undo, args in reversed(begun):
            await _step(f"undo {name}", undo, *args)
        await _step("failed", rooms().store.end_operation, operation_id, why)
        return why
    await _step("completed", rooms().store.end_operation, operation_id, None)
    return None


@DBOS.workflow(name="delete_mover", max_recovery_attempts=None)
async def delete_mover(operation_id: str, task_arn: str, cancel: bool) -> str | None:  # noqa: FBT001
    """Task, locations, roles: what is gone is no obstacle. Gives why, where it failed."""
    store = rooms().store
    try:
        if cancel:
            await _step("cancel runs", steps.cancel_runs, task_arn)
        parts = await _step("read", steps.parts_of, task_arn)
        await _step("note task", store.event, operation_id, "deleting task")
        await _step("delete task", steps.delete_task, task_arn)
        for location_arn, role_arn in parts:
            await _step("note location", store.event, operation_id, f"deleting {location_arn}")
            await _step("delete location", steps.delete_location, location_arn)
            if role_arn:
                await _step("delete role", steps.delete_unused_role, role_arn, location_arn)
    except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
        why = f"failed to delete: {_why(error)}"
        await _step("failed", store.end_operation, operation_id, why)
        return why
    await _step("completed", store.end_operation, operation_id, None)
    return None


async def _step(name: str, work: Callable[..., Awaitable[T]], *args: Any) -> T:  # noqa: ANN401
    """Runs a part once for good: its result is journalled, and a restart goes on behind it."""

    async def call() -> T:
        return await work(*args)

    return await DBOS.run_step_async({"name": name}, call)


async def _both(one: Awaitable[str], other: Awaitable[str]) -> tuple[str, str]:
    """Both to their ends, so that nothing is still being made while it is unmade."""
    ends = await asyncio.gather(one, other, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return str(ends[0]), str(ends[1])


def _why(error: Exception) -> str:
    if isinstance(error, ApiError):
        return error.message
    log.error("an operation broke", exc_info=error)
    return "the server made a mistake; its log says more"
