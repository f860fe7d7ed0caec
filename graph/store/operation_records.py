"""Operations, from their record to their end, with their names and events."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa

from graph.model.audit import AuditRecord
from graph.model.errors import unknown_operation
from graph.model.operation import OperationFailure, OperationKind, OperationStatus
from graph.store import statements
from graph.store.audit import write_line
from graph.store.database import Database
from graph.store.idempotency import IdempotencyKey
from graph.store.operation_end import append_events, end_within
from graph.store.operation_start import Begun, OperationStart
from graph.store.quota import Quota
from graph.store.stored_operation import NewOperation, Parts, StoredOperation, stored_operation
from graph.store.tables import OPERATIONS

_NOT_STARTED: Final = (OPERATIONS.c.status == OperationStatus.CREATED.value) & (
    OPERATIONS.c.created_at < sa.bindparam("created_before")
)
_LOST: Final = (
    sa.select(OPERATIONS)
    .where(
        OPERATIONS.c.ended_at.is_(None),
        _NOT_STARTED | (OPERATIONS.c.updated_at < sa.bindparam("silent_since")),
        OPERATIONS.c.id.not_in(sa.bindparam("but", expanding=True)),
    )
    .order_by(OPERATIONS.c.created_at)
    .limit(100)
)
"""Made once: it is executed all the time."""


class OperationRecords:
    """A repository. All methods raise Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self,
        new: NewOperation,
        key: IdempotencyKey | None = None,
        quota: Quota | None = None,
        *,
        max_unfinished: int | None = None,
    ) -> Begun:
        """Records an operation, its reservation and its key in one transaction.

        ``max_unfinished``: how many operations of its caller's key may be under way; None for any
        number. Raises NameTaken if another operation holds the reservation, Conflict if the key was
        used with another input, and QuotaExceeded if there is no room beside earlier operations.
        """
        return await OperationStart(self._database, new, key, quota, max_unfinished).run()

    async def add_events(self, operation_id: str, *messages: str) -> bool:
        """Records what an operation is doing; False if all of it was recorded before."""

        def note(connection: sa.Connection) -> bool:
            # The update comes first: its lock serialises the counting of events.
            now = self._database.now()
            connection.execute(statements.RUNS, {"wanted": operation_id, "now": now})
            return append_events(connection, operation_id, messages, now)

        # What a step is about to try must survive, or its repetition would not look for the result.
        return await self._database.transact(note, durable=True)

    async def set_task(
        self, operation_id: str, task_arn: str | None, parts: Parts | None = None
    ) -> None:
        """Records what a create has made, until its end: the task and the parts that it connects.

        None once the task has been removed.
        """
        made = None if parts is None else json.dumps(parts)
        now = self._database.now()
        given = {"wanted": operation_id, "task": task_arn, "made": made, "now": now}
        await self._database.write(statements.HAS_MADE, given)

    async def set_parts(self, operation_id: str, parts: Parts) -> None:
        """Records what a deletion has to delete besides the task, until that is done."""
        given = {"wanted": operation_id, "left": json.dumps(parts)}
        await self._database.write(statements.HAS_PARTS, given)

    async def end(
        self,
        operation_id: str,
        failure: OperationFailure | str | None,
        *messages: str,
        at: float | None = None,
    ) -> None:
        """Completes or fails an operation, frees its reservation, and records that in the audit.

        ``failure``: a text alone where nothing else is known.
        """
        now = self._database.now() if at is None else at
        failed = OperationFailure(failure, "INTERNAL") if isinstance(failure, str) else failure
        record = await self._database.transact(
            lambda c: end_within(c, operation_id, failed, messages, now)
        )
        if record is not None:
            write_line(record)

    async def end_deletion(self, operation_id: str) -> None:
        """Completes a deletion, and clears what earlier ones of the same mover had left."""

        def end_all(connection: sa.Connection) -> AuditRecord | None:
            record = end_within(connection, operation_id, None, (), self._database.now())
            connection.execute(statements.NOTHING_LEFT, {"wanted": operation_id})
            return record

        record = await self._database.transact(end_all)
        if record is not None:
            write_line(record)

    async def get(self, operation_id: str) -> StoredOperation:
        """Raises NotFound if it never existed or has been deleted."""

        def read(connection: sa.Connection) -> StoredOperation:
            row = (
                connection.execute(statements.OPERATION, {"wanted": operation_id})
                .mappings()
                .first()
            )
            if row is None:
                raise unknown_operation()
            events = connection.execute(statements.ITS_EVENTS, {"wanted": operation_id})
            return stored_operation(row, ((at, message) for at, message in events))

        return await self._database.transact(read)

    async def unended(self) -> list[StoredOperation]:
        """Operations that have not ended, oldest first."""
        alive = sa.select(OPERATIONS).where(OPERATIONS.c.ended_at.is_(None))
        return await self._stored(alive.order_by(OPERATIONS.c.created_at))

    async def lost(
        self, but: Collection[str], *, created_before: float, silent_since: float
    ) -> list[StoredOperation]:
        """Operations that have not started or have made no progress by those times; at most 100.

        ``but``: ids to leave out.
        """
        times = {"created_before": created_before, "silent_since": silent_since}
        rows = await self._database.rows(_LOST, times | {"but": list(but)})
        return [stored_operation(row) for row in rows]

    async def holder(self, reservation: str) -> StoredOperation | None:
        """The operation that currently holds a reservation."""
        found = await self._database.rows(statements.HOLDER.params(wanted=reservation))
        return stored_operation(found[0]) if found else None

    async def unfinished_deletion(
        self,
        account_id: str,
        region: str | None = None,
        *,
        named: tuple[str | None, str] | None,
        task_arn: str | None,
    ) -> StoredOperation | None:
        """The last deletion of a mover, by group and name or by task, that is not complete.

        It is under way, or has failed with parts that still have to be deleted. ``region``: as of
        ``NewOperation``.
        """
        ended, parts = OPERATIONS.c.ended_at, OPERATIONS.c.parts
        wanted = sa.select(OPERATIONS).where(
            OPERATIONS.c.account_id == account_id,
            OPERATIONS.c.region.is_not_distinct_from(region),
            OPERATIONS.c.kind == OperationKind.DELETE_MOVER.value,
            ended.is_(None) | parts.is_not(None),
        )
        if named is not None:
            group, name = named
            wanted = wanted.where(
                OPERATIONS.c.mover_group == group, OPERATIONS.c.mover_name == name
            )
        if task_arn is not None:
            wanted = wanted.where(OPERATIONS.c.task_arn == task_arn)
        found = await self._stored(wanted.order_by(OPERATIONS.c.created_at.desc()).limit(1))
        return found[0] if found else None

    async def _stored(self, statement: sa.Select[Any]) -> list[StoredOperation]:
        return [stored_operation(row) for row in await self._database.rows(statement)]
