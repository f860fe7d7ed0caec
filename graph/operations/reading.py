"""Operations as the store keeps them, in our words."""

from __future__ import annotations

from datetime import UTC, datetime

from graph.model.operation import Operation, OperationEvent, OperationKind, OperationStatus
from graph.store import OperationRow


def operation_of(row: OperationRow) -> Operation:
    """With its events, the oldest first."""
    values = row.values
    return Operation(
        id=values["id"],
        kind=OperationKind(values["kind"]),
        status=OperationStatus(values["status"]),
        account_id=values["account_id"],
        group=values["mover_group"],
        mover_name=values["mover_name"],
        task_arn=values["task_arn"],
        events=tuple(OperationEvent(_time(at), message) for at, message in row.events),
        failure=values["failure"],
        requested_by=values["requested_by"],
        created_at=_time(values["created_at"]),
        updated_at=_time(values["updated_at"]),
        ended_at=None if values["ended_at"] is None else _time(values["ended_at"]),
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
