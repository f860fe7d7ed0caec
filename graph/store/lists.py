"""Operations in bulk: listing, sweeping and retention."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from graph.model.operation import OperationFilter, OperationPlace
from graph.store import search
from graph.store.database import Database
from graph.store.run_records import forget_runs
from graph.store.stored import StoredOperation, stored_operation
from graph.store.tables import EVENTS, KEYS, OPERATIONS

_DAY: Final = 86_400.0
_AT_ONCE: Final = 1_000


class Lists(Database):
    async def _stored(self, statement: sa.Select[Any]) -> list[StoredOperation]:
        return [stored_operation(row) for row in await self.rows(statement)]

    async def operations(
        self,
        wanted: OperationFilter,
        changed_after: float,
        first: int,
        after: OperationPlace | None = None,
    ) -> list[StoredOperation]:
        """A page, newest first, without those that ended and last changed before that time."""

        def read(connection: sa.Connection) -> list[StoredOperation]:
            page = search.page_of(wanted, changed_after, first, after)
            rows = list(connection.execute(page).mappings())
            events: dict[str, list[tuple[float, str]]] = {row["id"]: [] for row in rows}
            for event in connection.execute(search.events_of(events)):
                events[event.operation_id].append((event.at, event.message))
            return [stored_operation(row, events[row["id"]]) for row in rows]

        return await self.transact(read)

    async def keeps(self, operation_id: str, changed_after: float) -> bool:
        """False if it ended, last changed before that time, and is the result of no key."""
        return bool(await self.rows(search.kept(operation_id, changed_after)))

    async def unswept(
        self, ended_before: float, most: int, but: Iterable[str] = ()
    ) -> list[StoredOperation]:
        """At most ``most`` ended creates that have not been swept yet, oldest first.

        ``but``: accounts to leave out.
        """
        return await self._stored(search.unswept(ended_before, most, but))

    async def note_swept(self, operation_ids: Iterable[str]) -> None:
        mine = OPERATIONS.c.id.in_(list(operation_ids))
        await self.write(sa.update(OPERATIONS).where(mine).values(swept_at=self.now()))

    async def forget(self, changed_before: float) -> list[str]:
        """Deletes operations that ended and last changed before that time; returns their ids.

        Also deletes old keys, claims and run records. Keeps operations that are the result of a
        key, deletions that have left something, and creates that have not been swept.
        """

        def drop(connection: sa.Connection) -> list[str]:
            self.read_clock(connection)
            connection.execute(sa.delete(KEYS).where(KEYS.c.created_at < self.now() - _DAY))
            forget_runs(connection, self.now())
            old = search.forgettable(changed_before).limit(_AT_ONCE)
            ids = list(connection.execute(old).scalars())
            for table, column in ((EVENTS, EVENTS.c.operation_id), (OPERATIONS, OPERATIONS.c.id)):
                connection.execute(sa.delete(table).where(column.in_(ids)))
            return ids

        return await self.transact(drop)
