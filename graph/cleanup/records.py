"""Records in the audit trail what the server removes by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from graph.model.audit import AuditAction, AuditPhase, AuditRecord, AuditTarget, Requester
from graph.model.errors import Upstream
from graph.store import AuditTrail, StoredOperation, write_line

log = logging.getLogger(__name__)


async def record_removal(trail: AuditTrail, row: StoredOperation, arns: Iterable[str]) -> None:
    """Records that the remains of an operation were removed; nothing if there were none.

    The requester is the key of the operation: no request caused the removal. If the store does not
    respond, the line of the log remains: what is removed cannot be brought back.
    """
    removed = tuple(sorted(arns))
    if not removed:
        return
    record = AuditRecord(
        attempt=row.id,
        at=datetime.now(UTC),
        phase=AuditPhase.COMPLETED,
        action=AuditAction.CLEAN_ORPHANS,
        requester=Requester(key=row.requested_key),
        target=AuditTarget(
            account_id=row.account_id,
            region=row.region,
            group=row.group,
            mover_name=row.mover_name,
            operation_id=row.id,
            resources=removed,
        ),
    )
    write_line(record)
    try:
        await trail.append(record)
    except Upstream:
        log.warning("the audit record above is not stored (attempt %s)", record.attempt)
