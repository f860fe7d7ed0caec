"""Reads operations, from the store alone: every replica returns the same."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from graph.aws.movers import LATE_SECONDS
from graph.model.errors import Upstream, unknown_operation
from graph.model.mover import Account
from graph.model.operation import (
    Operation,
    OperationEvent,
    OperationFailure,
    OperationFilter,
    OperationKind,
    OperationPlace,
    OperationStatus,
    OperationStep,
)
from graph.model.window import Window
from graph.operations.inputs import reservation_of
from graph.store import Store, StoredOperation

log = logging.getLogger(__name__)

_LOOK: Final = 0.25
"""Seconds between two reads of a follower."""
_LATELY_WAIT: Final = 1.0
"""How long a list of movers waits for the store, in seconds."""
_FOLLOWED: Final = 3_600.0
"""Seconds after which a follower is disconnected."""


class OperationReader:
    """Reads operations one by one, in pages and as they change."""

    def __init__(self, store: Store, keep: float) -> None:
        """``keep``: seconds for which an ended operation can be read."""
        self._store, self._keep = store, keep

    async def get(self, operation_id: str) -> Operation:
        """Raises NotFound if there is no such operation in the store."""
        return operation_of(await self._store.operations.get(operation_id))

    async def shown(self, operation_id: str) -> Operation:
        """The same for callers who ask by id. Raises NotFound also once it has expired.

        The store may keep it longer, until its leftovers have been looked for.
        """
        operation = await self.get(operation_id)
        before = self._expired_before()
        old = operation.ended and operation.updated_at.timestamp() < before
        if old and not await self._store.operation_lists.is_kept(operation_id, before):
            raise unknown_operation()
        return operation

    async def lately_made(self, account: Account, group: str) -> frozenset[str]:
        """The tasks that creates have made in a group of an account in the last minutes.

        Nothing while the store does not answer: then nothing is created either, and AWS's own list
        of the group is soon complete.
        """
        since = self._store.now() - LATE_SECONDS
        try:
            async with asyncio.timeout(_LATELY_WAIT):
                return await self._store.operation_lists.made_since(
                    account.account_id, group, since, account.stored_region
                )
        except (TimeoutError, Upstream):  # whose outage the store logs
            return frozenset()

    async def accepted(self, operation_id: str) -> Operation:
        """An operation that has just been accepted. Raises Upstream with a text that says so."""
        try:
            return await self.get(operation_id)
        except Upstream as error:
            raise Upstream(
                "The request was accepted, but the server's store does not answer now. Look for "
                "its operation in `operations` instead of repeating the request."
            ) from error

    async def find_unfinished_deletion(
        self,
        account: Account,
        *,
        named: tuple[str | None, str] | None = None,
        task_arn: str | None = None,
    ) -> Operation | None:
        """The last deletion of a mover that is under way or left something, or None."""
        row = await self._store.operations.unfinished_deletion(
            account.account_id, account.stored_region, named=named, task_arn=task_arn
        )
        return None if row is None else await self.get(row.id)

    async def _holder(
        self, account: Account, group: str | None, name: str
    ) -> StoredOperation | None:
        """The operation that works on a mover of that name, if there is one."""
        return await self._store.operations.holder(reservation_of(account.key, group, name))

    async def page(
        self, wanted: OperationFilter, window: Window[OperationPlace]
    ) -> list[tuple[OperationPlace, Operation]]:
        """A part of the operations, newest first, each with its own place."""
        rows = await self._store.operation_lists.page(wanted, self._expired_before(), window)
        return [(OperationPlace(row.created_at, row.id), operation_of(row)) for row in rows]

    async def follow(self, operation_id: str) -> AsyncIterator[Operation]:
        """The present state, then each change, until the operation has ended."""
        shown, until = None, time.monotonic() + _FOLLOWED
        while time.monotonic() < until:
            operation = await self.get(operation_id)
            if operation != shown:
                yield operation
                shown = operation
            if operation.ended:
                return
            await asyncio.sleep(_LOOK)

    async def wait(self, operation_id: str, seconds: float) -> Operation:
        """The operation once it has ended, or its state after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                async for operation in self.follow(operation_id):
                    if operation.ended:
                        return operation
        except TimeoutError:
            log.debug("operation %s continues", operation_id)
        return await self.get(operation_id)

    def _expired_before(self) -> float:
        return self._store.now() - self._keep


def operation_of(stored: StoredOperation) -> Operation:
    return Operation(
        id=stored.id,
        kind=OperationKind(stored.kind),
        status=OperationStatus(stored.status),
        account_id=stored.account_id,
        region=stored.region,
        group=stored.group,
        mover_name=stored.mover_name,
        task_arn=stored.task_arn,
        events=tuple(OperationEvent(_time(at), message) for at, message in stored.events),
        failure=_failure(stored),
        requested_by=stored.requested_by,
        created_at=_time(stored.created_at),
        updated_at=_time(stored.updated_at),
        ended_at=None if stored.ended_at is None else _time(stored.ended_at),
    )


def _failure(stored: StoredOperation) -> OperationFailure | None:
    if stored.failure is None:
        return None
    step = None if stored.failure_step is None else OperationStep(stored.failure_step)
    return OperationFailure(stored.failure, stored.failure_code, step)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
