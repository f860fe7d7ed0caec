"""Lists of operations: pages for callers, newest first, and what has not been swept yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from graph.model.operation import OperationFilter, OperationKind, OperationPlace
from graph.model.window import Window
from graph.store import filters, statements, windows
from graph.store.database import Database
from graph.store.stored_operation import StoredOperation, stored_operation
from graph.store.tables import EVENTS, KEYS, OPERATIONS

Place = tuple[str, str | None]
"""An account and a region, as of ``NewOperation``."""


class OperationLists:
    """A repository. All methods raise Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        wanted: OperationFilter,
        changed_after: float,
        window: Window[OperationPlace],
    ) -> list[StoredOperation]:
        """A part, newest first, without those that ended and last changed before that time."""

        def read(connection: sa.Connection) -> list[StoredOperation]:
            part = _part_of(wanted, changed_after, window)
            rows = windows.in_order(connection.execute(part).mappings().all(), window)
            events: dict[str, list[tuple[float, str]]] = {row["id"]: [] for row in rows}
            for event in connection.execute(_events_of(events)):
                events[event.operation_id].append((event.at, event.message))
            return [stored_operation(row, events[row["id"]]) for row in rows]

        return await self._database.transact(read)

    async def is_kept(self, operation_id: str, changed_after: float) -> bool:
        """False if it ended, last changed before that time, and is the result of no key."""
        return bool(await self._database.rows(_is_kept(operation_id, changed_after)))

    async def unswept(
        self, ended_before: float, most: int, but: Iterable[Place] = ()
    ) -> list[StoredOperation]:
        """At most ``most`` ended creates that have not been swept yet, oldest first.

        ``but``: accounts with their regions to leave out.
        """
        rows = await self._database.rows(_unswept(ended_before, most, but))
        return [stored_operation(row) for row in rows]

    async def made_since(
        self, account_id: str, group: str, since: float, region: str | None = None
    ) -> frozenset[str]:
        """The tasks that creates of a group have made, if they have changed since that time.

        ``region``: as of ``NewOperation``.
        """
        given = {"account": account_id, "region": region, "group": group, "since": since}
        rows = await self._database.rows(statements.MADE_SINCE, given)
        return frozenset(row["task_arn"] for row in rows)

    async def changed_since(
        self, account_id: str, since: float, most: int, region: str | None = None
    ) -> dict[str, tuple[str | None, float]]:
        """The groups and times of change of operations by id, oldest change first.

        Of an account in one region, as of ``NewOperation``.

        Those that are under way, or have changed since that time; at most ``most``, the last ones.
        """
        rows = await self._database.rows(_changed_since(account_id, region, since).limit(most))
        changed = {row["id"]: (row["mover_group"], row["changed_at"]) for row in rows}
        return dict(sorted(changed.items(), key=lambda item: item[1][1]))

    async def unended_by_status(self) -> dict[str, tuple[int, float]]:
        """How many operations have not ended, and when the oldest was accepted, by status."""
        rows = await self._database.rows(statements.UNENDED_BY_STATUS)
        return {row["status"]: (row["count"], row["at"]) for row in rows}

    async def note_swept(self, operation_ids: Iterable[str]) -> None:
        mine = OPERATIONS.c.id.in_(list(operation_ids))
        await self._database.write(
            sa.update(OPERATIONS).where(mine).values(swept_at=self._database.now())
        )


def _part_of(
    wanted: OperationFilter, changed_after: float, window: Window[OperationPlace]
) -> sa.Select[Any]:
    """A part without those that ended and last changed before then."""
    columns = OPERATIONS.c
    chosen = sa.select(OPERATIONS).where(kept(changed_after), *_conditions(wanted))
    return windows.newest_first(
        chosen,
        [columns.created_at, columns.id],
        window,
        lambda place: (place.created_at, place.id),
    )


def _changed_since(account_id: str, region: str | None, since: float) -> sa.Select[Any]:
    """Those of an account that are under way or have changed since, the last accepted first."""
    columns = OPERATIONS.c
    last = sa.select(sa.func.max(EVENTS.c.at)).where(EVENTS.c.operation_id == columns.id)
    event_at = sa.func.coalesce(last.scalar_subquery(), 0.0)
    later = sa.case((event_at > columns.updated_at, event_at), else_=columns.updated_at)
    recent = columns.ended_at.is_(None) | (columns.updated_at >= since)
    return (
        sa.select(columns.id, columns.mover_group, later.label("changed_at"))
        .where(
            columns.account_id == account_id, columns.region.is_not_distinct_from(region), recent
        )
        .order_by(columns.created_at.desc(), columns.id.desc())
    )


def _is_kept(operation_id: str, changed_after: float) -> sa.Select[Any]:
    """Its id, unless it ended and last changed before that time."""
    mine = OPERATIONS.c.id == operation_id
    return sa.select(OPERATIONS.c.id).where(mine, kept(changed_after))


def _events_of(operation_ids: Iterable[str]) -> sa.Select[Any]:
    """The events of several operations, oldest first."""
    mine = EVENTS.c.operation_id.in_(list(operation_ids))
    return sa.select(EVENTS).where(mine).order_by(EVENTS.c.position)


def _unswept(ended_before: float, most: int, but: Iterable[Place]) -> sa.Select[Any]:
    """Creates that ended before that time and have not been swept."""
    columns = OPERATIONS.c
    chosen = sa.select(OPERATIONS).where(
        columns.kind == OperationKind.CREATE_MOVER.value,
        columns.ended_at < ended_before,
        columns.swept_at.is_(None),
        *(
            sa.or_(columns.account_id != account, columns.region.is_distinct_from(region))
            for account, region in but
        ),
    )
    return chosen.order_by(columns.ended_at).limit(most)


def kept(changed_after: float) -> sa.ColumnElement[bool]:
    """Has not ended, has changed since that time, or is the result of a key."""
    columns = OPERATIONS.c
    keyed = sa.exists().where(KEYS.c.result == columns.id)
    return sa.or_(columns.ended_at.is_(None), columns.updated_at >= changed_after, keyed)


def _conditions(wanted: OperationFilter) -> list[sa.ColumnElement[bool]]:
    columns = OPERATIONS.c
    region = sa.func.coalesce(columns.region, wanted.home_region)
    equal = (
        (columns.account_id, wanted.account_id),
        (region, wanted.region),
        (columns.mover_group, wanted.group),
        (columns.mover_name, wanted.mover_name),
        (columns.kind, wanted.kind),
        (columns.status, wanted.status),
    )
    among = (
        (columns.account_id, wanted.accounts),
        (region, wanted.regions),
        (columns.mover_group, wanted.groups),
    )
    return filters.equal(equal) + filters.among(among)
