"""Removes what a call made that took effect only after it was repeated, or after the roll-back.

Recovery and ``settling`` note which creates may have such a call. Each of them is checked soon
after its end and then at growing intervals; the sweep of all ended operations comes much later.
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
from graph.cleanup.records import record_removal
from graph.concurrency import Rounds, together
from graph.locations import creation_of
from graph.model.errors import ApiError, NotFound
from graph.model.location_specs import ExistingSpec
from graph.model.mover import place_key
from graph.model.operation import NewMover, OperationStatus
from graph.operations.inputs import CreateInput, decode, reservation_of
from graph.operations.parts import SIDES, files_in, marks, role_name, spec_of
from graph.operations.runtime import Runtime
from graph.store import StoredOperation

log = logging.getLogger(__name__)

_SHORTEST: Final = 3.0
_LONGEST: Final = 120.0
"""Seconds between two checks of one operation."""
_WINDOW: Final = 900.0
"""Seconds after its end in which an operation is checked."""


class LateEffectChecks:
    """Removes what took effect late. One per process; any number of servers may do so at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._gateway, self._store = runtime.gateway, runtime.store
        self._pause = min(_SHORTEST, runtime.retries.policy.settle / 3)

    async def run(self) -> None:
        """Checks what is due, round after round, until it is cancelled."""
        rounds = Rounds(log, "the check for late effects")
        while True:
            await asyncio.sleep(self._pause)
            with rounds.guard():
                await self.check_due()

    async def check_due(self) -> None:
        """Checks the operations that are due. Raises Upstream if the store does not answer."""
        due = await self._store.late_effects.claim_due(
            self._store.now(), shortest=self._pause, longest=_LONGEST, window=_WINDOW
        )
        for row in due:
            try:
                await self._check(row)
            except ApiError as error:
                log.warning("operation %s is checked again later: %s", row.id, error.message)

    async def _check(self, row: StoredOperation) -> None:
        """Removes all that a failed create made; of a completed one, what is not in its mover."""
        given = decode(row.input)
        if not isinstance(given, CreateInput):
            return
        new = given.new
        completed = row.status == OperationStatus.COMPLETED.value
        name = reservation_of(place_key(new.account_id, new.region), new.group, new.name)
        if completed and (row.task_arn is None or await self._store.operations.holder(name)):
            return  # its mover is being deleted, so that parts of it look superfluous for a while
        found = await self._found(row.id, new)
        kept = row.task_arn if completed else None
        extra = found if kept is None else await self._superfluous(kept, found)
        removed = await leftovers.remove(self._gateway, extra, row.id)
        if not completed:
            await self._remove_roles(row.id, new)
        for arn in removed:
            log.warning("removed %s: a call of operation %s took effect late", arn, row.id)
        await record_removal(self._store.audit, row, removed)

    async def _found(self, operation_id: str, new: NewMover) -> set[str]:
        """The ARNs of all tasks and locations that the operation made, from DataSync's lists."""
        aws = self._gateway.at(new.account_id, new.region)
        tasks = made_tasks(aws, new.name, marks(operation_id))
        specs = {side: spec_of(new, side) for side in SIDES}
        ends = (
            made_locations(aws, spec, marks(operation_id, side))
            for side, spec in specs.items()
            if not isinstance(spec, ExistingSpec)
        )
        return {arn for arns in await together(tasks, *ends) for arn in arns}

    async def _remove_roles(self, operation_id: str, new: NewMover) -> None:
        aws, mark = self._gateway.at(new.account_id, new.region), operation_tag(operation_id)
        for side in SIDES:
            if creation_of(spec_of(new, side)).needs_role:
                await delete_role(aws, role_name(operation_id, new, side), (mark,))
        for part in files_in(new):
            await delete_role(aws, role_name(operation_id, new, part), (mark,))

    async def _superfluous(self, task_arn: str, found: set[str]) -> set[str]:
        others = {arn for arn in found if ":task/" in arn} - {task_arn}
        locations = {arn for arn in found if ":location/" in arn}
        try:
            task = await describe_task(self._gateway, task_arn)
        except NotFound:
            # The mover was deleted since. A location of it may have been kept for another mover.
            return others
        return others | (locations - {task.source_arn, task.destination_arn})
