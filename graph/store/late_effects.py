"""Creates of which a call may take effect after it was repeated: kept until no twin can follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from graph.store.database import Database
from graph.store.statements import insert
from graph.store.stored_operation import StoredOperation, stored_operation
from graph.store.tables import LATE_EFFECTS, OPERATIONS

_AT_ONCE: Final = 50
_ABANDONED: Final = 86_400.0
"""Seconds after which an entry goes whose operation never ended or is gone."""
_DUE: Final = (
    sa.select(LATE_EFFECTS.c.due_at).where(LATE_EFFECTS.c.due_at <= sa.bindparam("now")).limit(1)
)


class LateEffects:
    """A repository. All methods raise Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expect(self, operation_ids: Iterable[str]) -> None:
        """Schedules checks of these operations for when they have ended. Idempotent, durable."""
        now = self._database.now()
        rows = [
            {"operation_id": operation_id, "noted_at": now, "due_at": 0.0}
            for operation_id in operation_ids
        ]

        def note(connection: sa.Connection) -> None:
            new = insert(connection, LATE_EFFECTS).on_conflict_do_nothing()
            connection.execute(new, rows)

        if rows:
            await self._database.transact(note, durable=True)

    async def claim_due(
        self, now: float, *, shortest: float, longest: float, window: float
    ) -> list[StoredOperation]:
        """Ended operations that are due for a check, each for this caller alone.

        The next check of each is due after half of the time since its end, within the bounds given,
        all in seconds; ``window`` after its end comes the last one.
        """

        def claim(connection: sa.Connection) -> list[StoredOperation]:
            old = LATE_EFFECTS.c.noted_at < now - _ABANDONED
            connection.execute(sa.delete(LATE_EFFECTS).where(old))
            due = sa.select(OPERATIONS, LATE_EFFECTS.c.due_at).join(
                LATE_EFFECTS, LATE_EFFECTS.c.operation_id == OPERATIONS.c.id
            )
            due = due.where(LATE_EFFECTS.c.due_at <= now, OPERATIONS.c.ended_at.is_not(None))
            rows = list(connection.execute(due.limit(_AT_ONCE)).mappings())
            return [stored_operation(row) for row in rows if _rescheduled(connection, row)]

        def _rescheduled(connection: sa.Connection, row: sa.RowMapping) -> bool:
            seen = LATE_EFFECTS.c.operation_id == row["id"]
            seen &= LATE_EFFECTS.c.due_at == row["due_at"]
            since = now - row["ended_at"]
            if since > window:
                return bool(connection.execute(sa.delete(LATE_EFFECTS).where(seen)).rowcount)
            due_at = now + min(longest, max(shortest, since / 2))
            later = sa.update(LATE_EFFECTS).where(seen).values(due_at=due_at)
            return bool(connection.execute(later).rowcount)

        # Nearly always there is nothing, neither due nor abandoned: then one statement is enough.
        if not await self._database.rows(_DUE, {"now": now}):
            return []
        return await self._database.transact(claim)
