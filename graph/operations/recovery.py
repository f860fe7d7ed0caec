"""Recovery: every accepted operation ends, whatever happens to the server that runs it.

An operation is recorded in our store before it is answered, and a workflow of the engine works on
it. Each server looks at all of them, round after round, and decides by the state of the workflow:

| state of the workflow                        | what is done                                   |
|----------------------------------------------|------------------------------------------------|
| runs on a living server, or is queued        | nothing                                        |
| runs on a server that is dead or has retired | it is resumed behind its last journalled step  |
| was never started                            | it is started                                  |
| its inputs are of an earlier release         | a workflow of this release takes its place     |
| has ended, and its operation has not         | a create is rolled back, others are repeated   |
| that has ended too, and its operation not    | the operation is failed                        |

Any number of servers may do so at once: a dead server is claimed by one of them, and starting the
same workflow again changes nothing.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Collection
from typing import Final

from dbos import WorkflowStatus

from graph.concurrency import Rounds
from graph.model.errors import NotFound
from graph.model.operation import OperationKind, OperationStatus
from graph.observability.metrics import OPERATIONS, OPERATIONS_OLDEST
from graph.operations import dispatch, workflows
from graph.operations.dispatch import ENDED, Attempts
from graph.operations.heartbeat import Heartbeat
from graph.operations.inputs import NewerInput, UnreadableInput, decode
from graph.store import Store, StoredOperation

log = logging.getLogger(__name__)

_EVERY: Final = 3.0
"""Seconds between two searches for operations that no server works on."""
_OWNERS: Final = 10
"""Rounds between two queries of the engine for the owners of work, which show those alone that have
no heartbeats at all."""
_FORGETTING: Final = 10
"""Searches between two removals of what is old."""
_ABANDONED: Final = 5.0
"""Seconds after which an operation that is recorded and not started counts as abandoned."""
_STALLED: Final = 60.0
"""Seconds without news after which the engine may have given an operation up."""
_UNENDED: Final = (OperationStatus.CREATED.value, OperationStatus.RUNNING.value)
_GIVEN_UP: Final = (
    "The server could neither complete the operation nor roll it back. Its log has the details."
)


class Recovery:
    """Two loops: one follows the heartbeats, one looks for operations that were lost."""

    def __init__(self, store: Store, heartbeat: Heartbeat, keep: float) -> None:
        """``keep``: seconds for which an ended operation is kept."""
        self._store, self._heartbeat, self._keep = store, heartbeat, keep

    async def run(self, running: Callable[[], Collection[str]]) -> None:
        """Until it is cancelled. ``running`` returns the operations that this process works on."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_replicas())
            group.create_task(self._watch_operations(running))

    async def _watch_replicas(self) -> None:
        rounds = Rounds(log, "the take-over of dead replicas")
        for number in itertools.count():
            with rounds.guard():
                if number % _OWNERS == 0:
                    self._heartbeat.owners = await dispatch.owners()
                await self.take_over_dead()
            await asyncio.sleep(self._heartbeat.interval)

    async def _watch_operations(self, running: Callable[[], Collection[str]]) -> None:
        rounds = Rounds(log, "the recovery of operations")
        for number in itertools.count():
            with rounds.guard():
                await self.recover_lost(running())
                if number % _FORGETTING == 0:
                    await self._forget()
                    await self.measure()
            await asyncio.sleep(_EVERY)

    async def measure(self) -> None:
        """Shows operators how much work there is, and for how long. Raises Upstream."""
        found = await self._store.operation_lists.unended_by_status()
        now = self._store.now()
        for status in _UNENDED:
            count, since = found.get(status, (0, now))
            OPERATIONS.labels(status).set(count)
            OPERATIONS_OLDEST.labels(status).set(max(0.0, now - since))

    async def take_over_dead(self) -> None:
        """Takes over the work of dead replicas."""
        for replica, last_beat in list(self._heartbeat.dead.items()):
            if await self._store.replicas.claim(replica, last_beat):
                await self._take_over(replica)

    async def _take_over(self, replica: str) -> None:
        pending = await dispatch.pending_of(replica)
        # It may have sent a call whose effect comes late.
        ids = {dispatch.operation_of(workflow.workflow_id) for workflow in pending}
        await self._store.late_effects.expect(ids)
        resumed = await dispatch.resume(replica)
        if resumed:
            log.warning("took over %d operations of a dead server", len(resumed))
        for workflow in pending:
            if workflow.app_version != dispatch.APPLICATION_VERSION:
                await self._restart(workflow.workflow_id)

    async def recover_lost(
        self,
        running: Collection[str] = (),
        *,
        abandoned: float = _ABANDONED,
        stalled: float = _STALLED,
    ) -> None:
        """Brings operations to an end that no workflow works on. Raises Upstream.

        ``running``: those that this process works on, or will once it is their turn.
        """
        now = self._store.now()
        rows = await self._store.operations.lost(
            running, created_before=now - abandoned, silent_since=now - stalled
        )
        ids = [workflow_id for row in rows for workflow_id in Attempts(row.id).ids]
        known = await dispatch.statuses(ids)
        for row in rows:
            try:
                await self._recover(row, known)
            except NewerInput:
                log.info("operation %s is left to servers of a newer release", row.id)
            except UnreadableInput:
                log.exception("the stored input of operation %s cannot be read", row.id)
                await self._store.operations.end(
                    row.id, "The stored input of the operation is damaged."
                )

    async def _recover(self, row: StoredOperation, known: dict[str, WorkflowStatus]) -> None:
        attempts = Attempts(row.id)
        first, final = known.get(attempts.first), known.get(attempts.final)
        latest = known.get(attempts.restarted) or first
        if latest is None:
            log.warning("starting operation %s, which had been accepted but not started", row.id)
            await start_operation(row.id, row.kind, row.input, recheck=True)
        elif latest.status == "ENQUEUED" and latest.app_version != dispatch.APPLICATION_VERSION:
            await self._restart(latest.workflow_id)
        elif latest.status not in ENDED or await self._ended(row.id):
            return
        elif final is None:
            log.error("the engine has given up operation %s", row.id)
            await _start_final(row)
        elif final.status in ENDED:
            await self._store.operations.end(row.id, _GIVEN_UP)

    async def _restart(self, workflow_id: str) -> None:
        """Starts a workflow in place of one whose inputs this release does not read."""
        operation_id = dispatch.operation_of(workflow_id)
        try:
            values = await self._store.operations.get(operation_id)
        except NotFound:
            await dispatch.cancel([workflow_id])
            return
        if values.ended_at is None:
            log.warning(
                "restarting operation %s, which was started by an earlier release", operation_id
            )
            restarted = Attempts(operation_id).restarted
            await start_operation(
                operation_id, values.kind, values.input, recheck=False, workflow_id=restarted
            )
        # Only then: one that is cancelled and has no successor would be rolled back.
        await dispatch.cancel([workflow_id])

    async def _ended(self, operation_id: str) -> bool:
        """Asked after the engine, which ends a workflow only once its operation has ended."""
        try:
            return (await self._store.operations.get(operation_id)).ended_at is not None
        except NotFound:
            return True

    async def _forget(self) -> None:
        forgotten = await self._store.retention.delete_expired(self._store.now() - self._keep)
        if forgotten:
            await dispatch.forget(forgotten)


async def start_operation(
    operation_id: str, kind: str, given: bytes, *, recheck: bool, workflow_id: str | None = None
) -> None:
    """Starts a recorded operation. Idempotent. Raises UnreadableInput and NewerInput."""
    _check_readable(kind, given)
    name = workflow_id or Attempts(operation_id).first
    if kind == OperationKind.CREATE_MOVER.value:
        await dispatch.start_workflow(name, workflows.create_mover, operation_id, recheck)
    elif kind == OperationKind.UPDATE_MOVER.value:
        again = name != Attempts(operation_id).first
        await dispatch.start_workflow(name, workflows.update_mover, operation_id, again)
    else:
        await dispatch.start_workflow(name, workflows.delete_mover, operation_id)


async def _start_final(row: StoredOperation) -> None:
    _check_readable(row.kind, row.input)
    final = Attempts(row.id).final
    if row.kind == OperationKind.CREATE_MOVER.value:
        await dispatch.start_workflow(final, workflows.undo_create, row.id)
    else:
        await start_operation(row.id, row.kind, row.input, recheck=False, workflow_id=final)


def _check_readable(kind: str, given: bytes) -> None:
    if OperationKind(kind) is OperationKind.OTHER:
        raise NewerInput(f"the operation is of the kind {kind}")
    decode(given)
