"""The statements of an operation's life, built once: building one takes longer than running it."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from graph.model.operation import OperationKind, OperationStatus
from graph.store.tables import EVENTS, KEYS, NAME_CLAIMS, OPERATIONS

_THIS: Final = OPERATIONS.c.id == sa.bindparam("wanted")
_NOT_ENDED: Final = OPERATIONS.c.ended_at.is_(None)
_IN_REGION: Final = OPERATIONS.c.region.is_not_distinct_from(
    sa.bindparam("region", type_=sa.String)
)
_OF_THIS: Final = EVENTS.c.operation_id == sa.bindparam("wanted")


def _update(*where: Any, **values: str) -> sa.Update:  # noqa: ANN401 - SQLAlchemy's conditions
    """``values``: by column, the name of the parameter."""
    given: dict[str, Any] = {column: sa.bindparam(name) for column, name in values.items()}
    return sa.update(OPERATIONS).where(*where).values(given)


def insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may have an ON CONFLICT clause, which both databases spell alike."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table)


NEW: Final = sa.insert(OPERATIONS)
NEW_KEY: Final = sa.insert(KEYS)
NEW_CLAIMS: Final = sa.insert(NAME_CLAIMS)
CLAIMED_IN_VAIN: Final = NAME_CLAIMS.c.operation_id.not_in(
    sa.select(OPERATIONS.c.id).where(OPERATIONS.c.ended_at.is_(None))
)
"""The claims of operations that have ended, as on servers that do not know claims."""
FREE_NAMES: Final = sa.delete(NAME_CLAIMS).where(
    NAME_CLAIMS.c.name.in_(sa.bindparam("names", expanding=True)), CLAIMED_IN_VAIN
)
CLAIMS_NOTHING: Final = sa.delete(NAME_CLAIMS).where(
    NAME_CLAIMS.c.operation_id == sa.bindparam("wanted")
)
HOLDER: Final = sa.select(OPERATIONS).where(
    OPERATIONS.c.ended_at.is_(None),
    (OPERATIONS.c.reservation == sa.bindparam("wanted"))
    | OPERATIONS.c.id.in_(
        sa.select(NAME_CLAIMS.c.operation_id).where(NAME_CLAIMS.c.name == sa.bindparam("wanted"))
    ),
)
"""The operation that works on a mover of that name, or gives it to one."""
NEW_EVENTS: Final = sa.insert(EVENTS)
OPERATION: Final = sa.select(OPERATIONS).where(_THIS)
AUDITED: Final = sa.select(
    OPERATIONS.c.id,
    OPERATIONS.c.kind,
    OPERATIONS.c.account_id,
    OPERATIONS.c.region,
    OPERATIONS.c.mover_group,
    OPERATIONS.c.mover_name,
    OPERATIONS.c.task_arn,
    OPERATIONS.c.parts,
    OPERATIONS.c.requested_by,
    OPERATIONS.c.requested_key,
    OPERATIONS.c.on_behalf_of,
).where(_THIS)
"""What the audit record of an operation's end is made of."""
LOCK: Final = sa.update(OPERATIONS).where(_THIS).values(id=OPERATIONS.c.id)
"""Until the end of the transaction, on either database."""
ITS_EVENTS: Final = (
    sa.select(EVENTS.c.at, EVENTS.c.message).where(_OF_THIS).order_by(EVENTS.c.position)
)
ITS_MESSAGES: Final = sa.select(EVENTS.c.message).where(_OF_THIS)
RUNS: Final = _update(_THIS, _NOT_ENDED, updated_at="now").values(
    status=OperationStatus.RUNNING.value
)
MADE_SINCE: Final = sa.select(OPERATIONS.c.task_arn).where(
    OPERATIONS.c.account_id == sa.bindparam("account"),
    _IN_REGION,
    OPERATIONS.c.mover_group == sa.bindparam("group"),
    OPERATIONS.c.kind == OperationKind.CREATE_MOVER.value,
    OPERATIONS.c.updated_at >= sa.bindparam("since"),
    OPERATIONS.c.task_arn.is_not(None),
)
HAS_MADE: Final = _update(_THIS, task_arn="task", parts="made", updated_at="now")
HAS_PARTS: Final = _update(_THIS, parts="left")
ENDS: Final = _update(
    _THIS,
    _NOT_ENDED,
    status="how",
    failure="why",
    failure_code="code",
    failure_step="step",
    ended_at="now",
    updated_at="now",
).values(reservation=None)
NOTHING_MADE: Final = (
    sa.update(OPERATIONS)
    .where(_THIS, OPERATIONS.c.kind == OperationKind.CREATE_MOVER.value)
    .values(parts=None)
)
"""Once it has ended: only what a deletion has left is kept."""
NOTHING_LEFT: Final = (
    sa.update(OPERATIONS)
    .where(OPERATIONS.c.task_arn == sa.select(OPERATIONS.c.task_arn).where(_THIS).scalar_subquery())
    .values(parts=None)
)
"""Of all deletions of the same task."""
CREATES_BESIDE: Final = sa.select(OPERATIONS.c.task_arn, OPERATIONS.c.mover_group).where(
    # Not by the index on the account, which has all of its ended operations too.
    sa.func.coalesce(OPERATIONS.c.account_id, "") == sa.bindparam("account"),
    _IN_REGION,
    OPERATIONS.c.kind == OperationKind.CREATE_MOVER.value,
    OPERATIONS.c.id != sa.bindparam("wanted"),
    _NOT_ENDED | ((OPERATIONS.c.ended_at > sa.bindparam("since")) & OPERATIONS.c.failure.is_(None)),
)
"""The tasks and groups of other creates in an account and region that are under way or have
completed since."""
UNENDED_BY_STATUS: Final = (
    sa.select(
        OPERATIONS.c.status,
        sa.func.count().label("count"),
        sa.func.min(OPERATIONS.c.created_at).label("at"),
    )
    .where(_NOT_ENDED)
    .group_by(OPERATIONS.c.status)
)
UNFINISHED: Final = (
    sa.select(sa.func.count())
    .select_from(OPERATIONS)
    .where(OPERATIONS.c.requested_key == sa.bindparam("key"), _NOT_ENDED)
)
"""How many operations of a key are under way."""
_CREATES: Final = OPERATIONS.c.kind == OperationKind.CREATE_MOVER.value
LATELY_MADE: Final = sa.select(OPERATIONS.c.id).where(
    OPERATIONS.c.account_id == sa.bindparam("account"),
    _IN_REGION,
    OPERATIONS.c.mover_group == sa.bindparam("group"),
    ((OPERATIONS.c.mover_name == sa.bindparam("name")) & _CREATES)
    # Perhaps to that name: an update is recorded with the earlier one.
    | (OPERATIONS.c.kind == OperationKind.UPDATE_MOVER.value),
    OPERATIONS.c.ended_at > sa.bindparam("since"),
    OPERATIONS.c.failure.is_(None),
)
