"""How long the store keeps what: everything that has grown old is deleted, table by table.

The audit trail, which has a retention of its own, and late effects, which expire as they are
checked, have it in their repositories. The rows of servers that are gone are deleted by the others.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from graph.model.operation import OperationKind
from graph.store import statements
from graph.store.database import Database
from graph.store.operation_lists import kept
from graph.store.tables import (
    EVENTS,
    KEYS,
    NAME_CLAIMS,
    NOTES,
    OPERATIONS,
    RUN_CANCELLATIONS,
    RUN_STARTS,
    RUN_WATCHES,
    START_CLAIMS,
)

_DAY: Final = 86_400.0
_CLAIMS: Final = 600.0
"""Seconds. Nobody can hold a claim that old."""
_RUNS: Final = 31 * _DAY
"""AWS forgets a run after 30 days."""
_UNSWEPT: Final = _DAY
"""Additional seconds for which a create that cannot be swept is kept."""
_LEFT_OVER: Final = 30 * _DAY
"""Additional seconds for which a deletion that has left something is kept."""
_AT_ONCE: Final = 1_000
"""Operations deleted in one transaction, so that it stays short."""

_EXPIRED: Final[tuple[tuple[sa.Table, sa.Column[float], float], ...]] = (
    (KEYS, KEYS.c.created_at, _DAY),
    (START_CLAIMS, START_CLAIMS.c.claimed_at, _CLAIMS),
    (RUN_STARTS, RUN_STARTS.c.at, _CLAIMS),
    (NOTES, NOTES.c.at, _RUNS),
    (RUN_CANCELLATIONS, RUN_CANCELLATIONS.c.requested_at, _RUNS),
    (RUN_WATCHES, RUN_WATCHES.c.leased_until, _DAY),
)
"""Tables whose rows expire by a time alone: the time, and for how many seconds it is kept."""


class Retention:
    """Raises Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_expired(self, changed_before: float) -> list[str]:
        """Deletes operations that ended and last changed before that time; returns their ids.

        At most 1,000 of them. Also deletes old keys, claims and run records. Keeps operations that
        are the result of a key, deletions that have left something, and creates that have not been
        swept.
        """

        def delete(connection: sa.Connection) -> list[str]:
            self._database.read_clock(connection)
            delete_old_records(connection, self._database.now())
            old = _expired_operations(changed_before).limit(_AT_ONCE)
            ids = list(connection.execute(old).scalars())
            for table, column in ((EVENTS, EVENTS.c.operation_id), (OPERATIONS, OPERATIONS.c.id)):
                connection.execute(sa.delete(table).where(column.in_(ids)))
            return ids

        return await self._database.transact(delete)


def delete_old_records(connection: sa.Connection, now: float) -> None:
    """Deletes what expires by its time alone."""
    for table, time, seconds in _EXPIRED:
        connection.execute(sa.delete(table).where(time < now - seconds))
    old = NAME_CLAIMS.c.at < now - _CLAIMS
    connection.execute(sa.delete(NAME_CLAIMS).where(old, statements.CLAIMED_IN_VAIN))


def _expired_operations(changed_before: float) -> sa.Select[Any]:
    """Ids of operations that ended and last changed before that time.

    A create is kept until it has been swept, or for another day, as its account may be gone. A
    deletion that has left something is kept longer, because it can be repeated.
    """
    columns = OPERATIONS.c
    # The first condition follows from the other, and is the one that has an index.
    old = (columns.ended_at < changed_before) & sa.not_(kept(changed_before))
    swept = sa.or_(
        columns.kind != OperationKind.CREATE_MOVER.value,
        columns.swept_at.is_not(None),
        columns.updated_at < changed_before - _UNSWEPT,
    )
    done = sa.or_(columns.parts.is_(None), columns.updated_at < changed_before - _LEFT_OVER)
    return sa.select(columns.id).where(old, swept, done)
