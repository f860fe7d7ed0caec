"""Removes what a call made that took effect only after it was repeated, or after the roll-back.

Recovery and ``settling`` note which creates may have such a call. Each of them is checked soon and
then ever more seldom after its end; the sweep of all ended operations comes much later.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from graph.aws.locations import made_locations
from graph.aws.marks import operation_tag
from graph.aws.roles import delete_role
from graph.aws.tasks import describe_task, made_tasks
from graph.cleanup import leftovers
from graph.locations import creation_of
from graph.model.errors import ApiError, NotFound, Upstream
from graph.model.operation import NewMover, OperationStatus
from graph.operations import creating
from graph.operations.accepted import CreateInput, decode, reservation_of
from graph.operations.runtime import runtime
from graph.store import LateEffects, Store, StoredOperation

log = logging.getLogger(__name__)

_SHORTEST: Final = 3.0
_LONGEST: Final = 120.0
"""Seconds between two checks of one operation."""
_WINDOW: Final = 900.0
"""Seconds after its end in which an operation is checked."""


async def watch(store: Store) -> None:
    """Checks what is due, round after round, until it is cancelled."""
    pause = min(_SHORTEST, runtime().retry.settle / 3)
    while True:
        await asyncio.sleep(pause)
        try:
            await check_due(store, shortest=pause)
        except Upstream:
            log.warning("the store does not answer; checking for late effects again later")
        except Exception:  # a boundary: one bad round must not end the others
            log.exception("check for late effects")


async def check_due(store: Store, *, shortest: float = _SHORTEST) -> None:
    """Checks the operations that are due. Raises Upstream if the store does not answer."""
    due = await LateEffects(store).claim_due(
        store.now(), shortest=shortest, longest=_LONGEST, window=_WINDOW
    )
    for row in due:
        try:
            await _check(store, row)
        except ApiError as error:
            log.warning("operation %s is checked again later: %s", row.id, error.message)


async def _check(store: Store, row: StoredOperation) -> None:
    """Removes what the mover of a completed create does not consist of, or all of a failed one."""
    given = decode(row.input)
    if not isinstance(given, CreateInput):
        return
    new = given.new
    completed = row.status == OperationStatus.COMPLETED.value
    name = reservation_of(new.account_id, new.group, new.name)
    if completed and (row.task_arn is None or await store.holder(name)):
        return  # its mover is being deleted, so that parts of it look superfluous for a while
    found = await _found(row.id, new)
    kept = row.task_arn if completed else None
    extra = found if kept is None else await _superfluous(kept, found)
    gateway = runtime().gateway
    removed = await leftovers.remove(gateway, extra, row.id)
    if not completed:
        await _remove_roles(row.id, new)
    for arn in removed:
        log.warning("removed %s: a call of operation %s took effect late", arn, row.id)


async def _found(operation_id: str, new: NewMover) -> set[str]:
    """The ARNs of all tasks and locations that the operation made, from DataSync's own lists."""
    aws = runtime().gateway.bind(new.account_id)
    tasks = made_tasks(aws, new.name, creating.marks(operation_id))
    ends = (
        made_locations(aws, creating.spec_of(new, side), creating.marks(operation_id, side))
        for side in creating.SIDES
    )
    return {arn for arns in await asyncio.gather(tasks, *ends) for arn in arns}


async def _remove_roles(operation_id: str, new: NewMover) -> None:
    mark = operation_tag(operation_id)
    for side in creating.SIDES:
        if creation_of(creating.spec_of(new, side)).needs_role:
            name = creating.role_name(operation_id, new, side)
            await delete_role(runtime().gateway.bind(new.account_id), name, (mark,))


async def _superfluous(task_arn: str, found: set[str]) -> set[str]:
    others = {arn for arn in found if ":task/" in arn} - {task_arn}
    locations = {arn for arn in found if ":location/" in arn}
    try:
        task = await describe_task(runtime().gateway, task_arn)
    except NotFound:
        # The mover was deleted since. A location of it may have been kept for another mover.
        return others
    return others | (locations - {task.source_arn, task.destination_arn})
