"""Handing recorded operations to the engine, and seeing to those that it lost."""

from __future__ import annotations

import asyncio
import itertools
import logging
import pickle
from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from dbos import DBOS, SetWorkflowID

from graph.model.errors import NotFound, Upstream
from graph.model.operation import OperationKind
from graph.operations import sagas
from graph.operations.rooms import rooms
from graph.store import Store, parts_of

log = logging.getLogger(__name__)

EVERY: Final = 3.0
"""Seconds between two rounds."""
_FORGETTING: Final = 10
"""Rounds from one forgetting to the next."""
_ABANDONED: Final = 5.0
"""Recorded for so many seconds and not begun: whoever recorded it may have died in between."""
_STALLED: Final = 60.0
"""Nothing new for so many seconds: the engine may have given it up."""
_LOST: Final = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
"""How a workflow has ended that should have ended its operation first."""


async def start(operation_id: str, kind: str, given: bytes, *, recheck: bool) -> None:
    """Starting what was started before does nothing."""
    args = _unpickled(given)
    with SetWorkflowID(operation_id):
        if kind == OperationKind.CREATE_MOVER.value:
            (new,) = args
            await DBOS.start_workflow_async(sagas.create_mover, operation_id, new, recheck)
        else:
            await DBOS.start_workflow_async(sagas.delete_mover, operation_id, *args)


async def keep_up(store: Store, keep: float) -> None:
    """Round after round: nothing that was recorded is left lying, and what is old is forgotten."""
    for rounds in itertools.count():
        try:
            # Those that this process works on, or will once it is their turn, are not lost.
            await see_to_lost_ones(store, but=list(rooms().running.values()))
            if rounds % _FORGETTING == 0:
                await _forget(store, keep)
        except Upstream:
            log.warning("the store does not answer; trying again")
        except Exception:  # a border: one bad round must not end the others
            log.exception("upkeep of operations")
        await asyncio.sleep(EVERY)


async def _forget(store: Store, keep: float) -> None:
    forgotten = await store.forget(store.now() - keep)
    if forgotten:
        ids = [name for operation_id in forgotten for name in (operation_id, _again(operation_id))]
        await DBOS.delete_workflows_async(ids)


async def see_to_lost_ones(
    store: Store,
    *,
    but: Collection[str] = (),
    abandoned: float = _ABANDONED,
    stalled: float = _STALLED,
) -> None:
    """Starts what was recorded and never begun; ends what the engine ended without a word."""
    now = store.now()
    rows = await store.lost(but, created_before=now - abandoned, silent_since=now - stalled)
    if not rows:
        return
    known = await DBOS.list_workflows_async(
        workflow_ids=[name for row in rows for name in (row["id"], _again(row["id"]))],
        load_input=False,
        load_output=False,
    )
    statuses = {workflow.workflow_id: workflow.status for workflow in known}
    for row in rows:
        status = statuses.get(row["id"])
        if status is None:
            log.warning("starting operation %s, which was accepted and not begun", row["id"])
            await start(row["id"], row["kind"], row["input"], recheck=True)
        elif status in _LOST and not await _ended(store, row["id"]):
            await _end_otherwise(store, row, statuses.get(_again(row["id"])))


async def _ended(store: Store, operation_id: str) -> bool:
    """Asked after the engine, which ends a workflow only once its operation has ended."""
    try:
        return (await store.operation(operation_id)).values["ended_at"] is not None
    except NotFound:
        return True


async def _end_otherwise(store: Store, row: sa.RowMapping, again: str | None) -> None:
    """Under another name, as the engine does not run a workflow twice."""
    if again is not None and again not in _LOST:
        return
    log.error("the engine gave operation %s up", row["id"])
    if again is not None:
        why = "the server could not go on with it, nor undo it; its log says more"
        await store.end_operation(row["id"], why)
        return
    args = input_of(row)
    with SetWorkflowID(_again(row["id"])):
        if row["kind"] == OperationKind.CREATE_MOVER.value:
            await DBOS.start_workflow_async(sagas.undo_create, row["id"], *args)
        else:
            task_arn, cancelled_by, parts = args
            await DBOS.start_workflow_async(
                sagas.delete_mover,
                row["id"],
                task_arn,
                cancelled_by,
                parts_of(row["parts"]) or parts,
            )


def _again(operation_id: str) -> str:
    return f"{operation_id}-again"


def reservation_of(account_id: str, group: str | None, name: str) -> str:
    """What an operation on a mover of that name holds until it has ended."""
    return f"{account_id} {group} {name}"


def input_of(row: sa.RowMapping) -> tuple[Any, ...]:
    """The arguments with which an operation was accepted."""
    return _unpickled(row["input"])


def _unpickled(given: bytes) -> tuple[Any, ...]:
    args: tuple[Any, ...] = pickle.loads(given)  # noqa: S301 - our own
    return args


def pickled(*args: Any) -> bytes:  # noqa: ANN401 - what the workflow takes
    return pickle.dumps(args)
