"""The statements behind lists of operations: a page at a time, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from graph.model.operation import OperationFilter, OperationKind, OperationPlace
from graph.store.tables import EVENTS, KEYS, OPERATIONS

_UNSWEPT: Final = 86_400.0
"""Additional seconds for which a create that cannot be swept is kept."""
_LEFT_OVER: Final = 30 * 86_400.0
"""Additional seconds for which a deletion that has left something is kept."""


def page_of(
    wanted: OperationFilter, changed_after: float, first: int, after: OperationPlace | None
) -> sa.Select[Any]:
    """At most ``first`` after a place, without those that ended and last changed before then."""
    columns = OPERATIONS.c
    chosen = sa.select(OPERATIONS).where(_kept(changed_after), *_conditions(wanted))
    if after is not None:
        chosen = chosen.where(
            sa.tuple_(columns.created_at, columns.id) < sa.tuple_(after.created_at, after.id)
        )
    return chosen.order_by(columns.created_at.desc(), columns.id.desc()).limit(first)


def kept(operation_id: str, changed_after: float) -> sa.Select[Any]:
    """Its id, unless it ended and last changed before that time."""
    mine = OPERATIONS.c.id == operation_id
    return sa.select(OPERATIONS.c.id).where(mine, _kept(changed_after))


def events_of(operation_ids: Iterable[str]) -> sa.Select[Any]:
    """The events of several operations, oldest first."""
    mine = EVENTS.c.operation_id.in_(list(operation_ids))
    return sa.select(EVENTS).where(mine).order_by(EVENTS.c.position)


def unswept(ended_before: float, most: int, but: Iterable[str]) -> sa.Select[Any]:
    """Creates that ended before that time and have not been swept."""
    columns = OPERATIONS.c
    chosen = sa.select(OPERATIONS).where(
        columns.kind == OperationKind.CREATE_MOVER.value,
        columns.ended_at < ended_before,
        columns.swept_at.is_(None),
        columns.account_id.not_in(list(but)),
    )
    return chosen.order_by(columns.ended_at).limit(most)


def forgettable(changed_before: float) -> sa.Select[Any]:
    """Ids of operations that ended and last changed before that time.

    A create is kept until it has been swept, or for another day, as its account may be gone. A
    deletion that has left something is kept longer, because it can be repeated.
    """
    columns = OPERATIONS.c
    old = sa.not_(_kept(changed_before))
    swept = sa.or_(
        columns.kind != OperationKind.CREATE_MOVER.value,
        columns.swept_at.is_not(None),
        columns.updated_at < changed_before - _UNSWEPT,
    )
    done = sa.or_(columns.parts.is_(None), columns.updated_at < changed_before - _LEFT_OVER)
    return sa.select(columns.id).where(old, swept, done)


def _kept(changed_after: float) -> sa.ColumnElement[bool]:
    """Has not ended, has changed since that time, or is the result of a key."""
    columns = OPERATIONS.c
    keyed = sa.exists().where(KEYS.c.result == columns.id)
    return sa.or_(columns.ended_at.is_(None), columns.updated_at >= changed_after, keyed)


def _conditions(wanted: OperationFilter) -> list[sa.ColumnElement[bool]]:
    columns = OPERATIONS.c
    equal = (
        (columns.account_id, wanted.account_id),
        (columns.mover_group, wanted.group),
        (columns.mover_name, wanted.mover_name),
        (columns.kind, wanted.kind and wanted.kind.value),
        (columns.status, wanted.status and wanted.status.value),
    )
    among = ((columns.account_id, wanted.accounts), (columns.mover_group, wanted.groups))
    return [column == value for column, value in equal if value is not None] + [
        column.in_(sorted(values)) for column, values in among if values is not None
    ]
