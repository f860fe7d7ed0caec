"""How an operation ends: its last events, its status and its audit record, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from graph.model.audit import AuditAction, AuditPhase, AuditRecord, AuditTarget, Requester
from graph.model.operation import OperationFailure, OperationStatus
from graph.store import statements
from graph.store.audit import append_within
from graph.store.stored_operation import parts_of

_OPERATION_FAILED: Final = "OPERATION_FAILED"
"""The error code of a durable operation whose failure has none of its own."""


def append_events(
    connection: sa.Connection, operation_id: str, messages: Sequence[str], now: float
) -> bool:
    """False if all of them were there. The caller holds the lock of the operation's row."""
    said = connection.execute(statements.ITS_MESSAGES, {"wanted": operation_id})
    before = list(said.scalars())
    fresh = [message for message in messages if message not in before]
    rows = [
        {"operation_id": operation_id, "position": index, "message": message, "at": now}
        for index, message in enumerate(fresh, start=len(before) + 1)
    ]
    if rows:
        connection.execute(statements.NEW_EVENTS, rows)
    return bool(rows)


def end_within(
    connection: sa.Connection,
    operation_id: str,
    failure: OperationFailure | None,
    messages: Sequence[str],
    now: float,
) -> AuditRecord | None:
    """The audit record of the end; None if the operation had ended before."""
    if messages:
        connection.execute(statements.LOCK, {"wanted": operation_id})
        append_events(connection, operation_id, messages, now)
    how = OperationStatus.FAILED.value if failure else OperationStatus.COMPLETED.value
    given = {"wanted": operation_id, "now": now, "how": how, **_failed(failure)}
    if not connection.execute(statements.ENDS, given).rowcount:
        return None
    connection.execute(statements.CLAIMS_NOTHING, {"wanted": operation_id})
    row = connection.execute(statements.AUDITED, {"wanted": operation_id}).mappings().one()
    record = _end_record(row, now, failure)
    append_within(connection, record)
    if row["parts"] is not None:
        connection.execute(statements.NOTHING_MADE, {"wanted": operation_id})
    return record


def _failed(failure: OperationFailure | None) -> dict[str, str | None]:
    if failure is None:
        return {"why": None, "code": None, "step": None}
    step = failure.step and failure.step.value
    return {"why": failure.message, "code": failure.code, "step": step}


def _end_record(row: sa.RowMapping, at: float, failure: OperationFailure | None) -> AuditRecord:
    parts = parts_of(row["parts"]) or []
    arns = dict.fromkeys(arn for part in parts for arn in part if arn is not None)
    return AuditRecord(
        attempt=row["id"],
        at=datetime.fromtimestamp(at, UTC),
        phase=AuditPhase.FAILED if failure else AuditPhase.COMPLETED,
        action=AuditAction(row["kind"]),
        requester=Requester(
            key=row["requested_key"] or row["requested_by"], on_behalf_of=row["on_behalf_of"]
        ),
        target=AuditTarget(
            account_id=row["account_id"],
            region=row["region"],
            group=row["mover_group"],
            mover_name=row["mover_name"],
            task_arn=row["task_arn"],
            operation_id=row["id"],
            resources=tuple(arns),
        ),
        error_code=(failure.code or _OPERATION_FAILED) if failure else None,
    )
