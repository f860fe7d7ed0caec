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
    doing = "source location"
    specs = {"source": new.source, "destination": new.destination}
    with_role = [side for side in _SIDES if isinstance(specs[side], S3Spec)]
    try:
        # Each part is noted before its call: a lost answer may still have made it. Both sides
        # begin together and in one order, by which the journal knows the steps again.
        begun += [(f"role {s}", steps.unmake_role, (operation_id, new, s)) for s in with_role]
        made = await _together(
            {s: _step(f"role {s}", steps.make_role, operation_id, new, s) for s in with_role}
        )
        begun += [(f"location {s}", steps.unmake_location, (operation_id, new, s)) for s in _SIDES]
        ends = await _together(
            {
                s: _step(f"location {s}", steps.make_location, operation_id, new, s, made.get(s))
                for s in _SIDES
            }
        )
        doing = "datasync task"
        begun.append(("task", steps.unmake_task, (operation_id, new)))
        task_arn = await _step("task", steps.make_task, operation_id, new, *ends.values())
        await _step("available", steps.await_available, operation_id, new.name, task_arn)
    except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
        doing = f"{error.side} location" if isinstance(error, _SideError) else doing
        why = f"failed to create {doing}: {_why(error)}" + await _undo(begun)
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


async def _together(work: dict[str, Awaitable[str]]) -> dict[str, str]:
    """All sides to their ends, so that nothing is still being made while it is unmade."""
    results = await asyncio.gather(*work.values(), return_exceptions=True)
    for side, result in zip(work, results, strict=True):
        if isinstance(result, Exception):
            raise _SideError(side, result)
        if isinstance(result, BaseException):
            raise result
    return {side: str(result) for side, result in zip(work, results, strict=True)}


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


def _why(error: Exception) -> str:
    if isinstance(error, _SideError):
        return _why(error.cause)
    if isinstance(error, ApiError):
        return error.message
    log.error("an operation broke", exc_info=error)
    return "the server made a mistake; its log says more"
