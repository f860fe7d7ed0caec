"""The workflows: create every part or roll back; update or restore; delete until nothing is left.

The engine finds them in its registry and calls them with stored arguments, which are ids alone. So
they fetch the runtime and hand it on; everything below gets it as an argument. What was asked is
read from the store, so the engine stores nothing that has to survive a change of classes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from dbos import DBOS

from graph.model.errors import ApiError
from graph.model.operation import NewMover, OperationFailure, OperationStep
from graph.operations.attempt import Attempt
from graph.operations.creating import MoverCreation
from graph.operations.deleting import Deletion
from graph.operations.failures import BROKEN, failure_of, why_of
from graph.operations.inputs import CreateInput, DeleteInput, decode
from graph.operations.parts import SIDES, TASK, files_in, is_role, location
from graph.operations.rollback import Rollback
from graph.operations.runtime import runtime
from graph.operations.update_inputs import UpdateInput
from graph.operations.updating import MoverUpdate
from graph.store import Parts, StoredOperation


@DBOS.workflow(name="create_mover", max_recovery_attempts=None)
async def create_mover(operation_id: str, recheck: bool) -> str | None:  # noqa: FBT001
    """Creates all parts or rolls back. Returns the reason of a failure.

    ``recheck``: the name is checked again, because the server that accepted it may have failed to.
    """
    attempt = Attempt(runtime(), operation_id)
    row = await attempt.read()
    new = _create_input(row)
    async with attempt.slot(row):
        return await _create(attempt, new, recheck=recheck)


@DBOS.workflow(name="undo_create", max_recovery_attempts=None)
async def undo_create(operation_id: str) -> str | None:
    """Rolls back a create that the engine has given up, as after a change of its steps."""
    attempt = Attempt(runtime(), operation_id)
    row = await attempt.read()
    new = _create_input(row)
    async with attempt.slot(row):
        why = f"failed to create: {BROKEN}" + await _undo(attempt, new)
        return await attempt.fail(OperationFailure(why, ApiError.code))


@DBOS.workflow(name="delete_mover", max_recovery_attempts=None)
async def delete_mover(operation_id: str) -> str | None:
    """Deletes task, locations and roles; what is gone already is no obstacle.

    Returns the reason of a failure.
    """
    attempt = Attempt(runtime(), operation_id)
    row = await attempt.read()
    given = decode(row.input)
    if not isinstance(given, DeleteInput):
        raise TypeError("the operation is no delete")
    # The store knows the parts from when they were first read: once the task is gone, AWS does not.
    parts = row.parts or given.parts
    async with attempt.slot(row):
        course = _Course()
        try:
            await _delete(attempt, given, parts, course)
        except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
            failure = failure_of(error, course.step)
            why = f"failed to delete: {failure.message}"
            return await attempt.fail(replace(failure, message=why))
        await attempt.complete_deletion()
        return None


@DBOS.workflow(name="update_mover", max_recovery_attempts=None)
async def update_mover(operation_id: str, again: bool) -> str | None:  # noqa: FBT001
    """Changes task and tags, or restores what they were. Returns the reason of a failure.

    ``again``: in place of a workflow that the engine has given up and that may have changed some.
    """
    attempt = Attempt(runtime(), operation_id)
    row = await attempt.read()
    given = decode(row.input)
    if not isinstance(given, UpdateInput):
        raise TypeError("the operation is no update")
    async with attempt.slot(row):
        update, undo = MoverUpdate(attempt.runtime, operation_id, given), _Undo(attempt)
        try:
            await _update(attempt, update, undo, again=again)
        except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
            failure = failure_of(error, undo.step)
            left = await undo.all()
            why = f"failed to update: {failure.message}{left}"
            return await attempt.fail(replace(failure, message=why))
        await attempt.complete(f"updated data mover '{given.change.name or row.mover_name}'")
        return None


class _Undo:
    """What an update has begun, and how far it has come."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt, self.step = attempt, OperationStep.NAME
        self._begun: list[tuple[str, Callable[[], Awaitable[None]]]] = []

    def begin(self, step: OperationStep, what: str, restore: Callable[[], Awaitable[None]]) -> None:
        self.step = step
        self._begun.append((what, restore))

    async def all(self) -> str:
        """Restores in reverse order. Returns what could not be, for a person to handle."""
        left = []
        for what, restore in reversed(self._begun):
            try:
                await self._attempt.step(f"restore {what}", restore)
            except Exception as error:  # noqa: BLE001 - one that stays must not keep the others
                left.append(f"{what} ({why_of(error)})")
        return f" Not restored: {', '.join(left)}." if left else ""


async def _update(attempt: Attempt, update: MoverUpdate, undo: _Undo, *, again: bool) -> None:
    plan = await attempt.step("plan", partial(update.plan, again=again))
    if plan.get("roles"):
        undo.begin(OperationStep.ROLES, "roles", partial(update.remove_new_roles, plan))
        await attempt.note("creating roles")
        await attempt.step("roles", partial(update.create_roles, plan))
    if plan["update"]:
        undo.begin(OperationStep.TASK, "task", partial(update.restore_task, plan))
        await attempt.note("updating task")
        await attempt.step("task", partial(update.update_task, plan))
    if plan["tags"]:
        undo.begin(OperationStep.TAGS, "tags", partial(update.restore_tags, plan))
        await attempt.note("updating tags")
        await attempt.step("tags", partial(update.change_tags, plan))
    if plan.get("gone"):
        await attempt.note("deleting roles")
        try:
            await attempt.step("old roles", partial(update.remove_old_roles, plan))
        except Exception as error:  # noqa: BLE001 - the mover is as it should be
            left = ", ".join(plan["gone"])
            await attempt.note(f"left behind: {left} ({why_of(error)})")


async def _create(attempt: Attempt, new: NewMover, *, recheck: bool) -> str | None:
    creation = MoverCreation(attempt.runtime, attempt.operation_id, new)
    begun = False
    try:
        if recheck:
            await attempt.step("name", creation.check_name)
        begun = True
        task_arn = await attempt.step("make", creation.create_parts)
    except Exception as error:  # noqa: BLE001 - never BaseException, by which the engine stops us
        failure = failure_of(error, None if begun else OperationStep.NAME)
        left = await _undo(attempt, new) if begun else ""
        return await attempt.fail(replace(failure, message=failure.message + left))
    await attempt.complete(f"created data mover '{new.name}': {task_arn.rpartition('/')[2]}")
    return None


async def _undo(attempt: Attempt, new: NewMover) -> str:
    """Rolls back in reverse order. Returns what could not be removed, for a person to handle."""
    rollback = Rollback(attempt.runtime, attempt.operation_id, new)
    removals: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        (TASK, rollback.remove_task),
        *((f"{part} role", partial(rollback.remove_file_role, part)) for part in files_in(new)),
        *((location(side), partial(rollback.remove_side, side)) for side in reversed(SIDES)),
    ]
    left = []
    for part, remove in removals:
        try:
            await attempt.step(f"undo {part}", remove)
        except Exception as error:  # noqa: BLE001 - one part that stays must not keep the others
            left.append(f"{part} ({why_of(error)})")
    return f" Left behind: {', '.join(left)}." if left else ""


@dataclass(slots=True)
class _Course:
    """How far a deletion has come."""

    step: OperationStep = OperationStep.TASK


async def _delete(
    attempt: Attempt, given: DeleteInput, known: Parts | None, course: _Course
) -> None:
    deletion = Deletion(attempt.runtime, attempt.operation_id, given.task_arn)
    # Always a step, so that the journal is the same whether or not the store knew them by then.
    parts = await attempt.step("read", partial(deletion.read_parts, known))
    of_files = [arn for arn, _ in parts if is_role(arn)]
    await attempt.note("deleting task")
    await attempt.step("task", partial(deletion.delete_task, given.cancelled_by))
    course.step = OperationStep.LOCATIONS
    gone: dict[str, str] = {}
    for location_arn, role_arn in parts:
        if location_arn in of_files:
            continue
        await attempt.note(f"deleting {location_arn}")
        deleted = await attempt.step("location", partial(deletion.delete_location, location_arn))
        if deleted and role_arn:
            gone[location_arn] = role_arn
    course.step = OperationStep.ROLES
    if gone:
        await attempt.note("deleting roles")
        roles = list(dict.fromkeys(gone.values()))
        await attempt.step("roles", partial(deletion.delete_unused_roles, roles, list(gone)))
    if of_files:
        await attempt.note("deleting roles of manifest and reports")
        await attempt.step("file roles", partial(deletion.delete_file_roles, of_files))


def _create_input(row: StoredOperation) -> NewMover:
    given = decode(row.input)
    if not isinstance(given, CreateInput):
        raise TypeError("the operation is no create")
    return given.new
