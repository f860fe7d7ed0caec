"""The audit trail: records are appended and, once they are old enough, deleted; never changed.

Only the record of a request that was rejected, one of too many, is deleted at once.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from graph.model.audit import (
    AuditAction,
    AuditEntry,
    AuditFilter,
    AuditPhase,
    AuditRecord,
    AuditTarget,
    Origin,
    Requester,
    Surface,
)
from graph.model.window import Window
from graph.observability.logs import Fields
from graph.store import filters, windows
from graph.store.database import Database
from graph.store.tables import AUDIT

log = logging.getLogger("graph.audit")

_LONGEST_ARN: Final = 2_048
_BATCH: Final = 1_000
"""Records deleted in one transaction, so that it stays short."""
_REQUESTER: Final = ("requested_key", "on_behalf_of", "request_id", "surface", "peer")
_TARGET: Final = (
    "account_id",
    "region",
    "mover_group",
    "mover_name",
    "task_arn",
    "run_arn",
    "operation_id",
)


class AuditTrail:
    """Repository of audit records. Raises Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, record: AuditRecord) -> None:
        """Stores a record on its own, durably."""
        row = row_of(record)
        await self._database.write(sa.insert(AUDIT), row, durable=True)

    async def discard(self, requested: AuditRecord) -> None:
        """Deletes the record of a request that was rejected."""
        row = row_of(requested)
        its = [AUDIT.c[name] == row[name] for name in ("at", "attempt", "phase")]
        await self._database.write(sa.delete(AUDIT).where(*its))

    async def page(self, wanted: AuditFilter, window: Window[int]) -> list[AuditEntry]:
        """A part of the trail, newest first. Its places are the sequences of records."""
        chosen = sa.select(AUDIT).where(*_conditions(wanted))
        part = windows.newest_first(chosen, [AUDIT.c.sequence], window, lambda place: (place,))
        rows = windows.in_order(await self._database.rows(part), window)
        return [AuditEntry(row["sequence"], _record_of(row)) for row in rows]

    async def forget(self, older_than: float) -> int:
        """Deletes at most 1,000 records older than ``older_than`` seconds; returns how many."""
        old = sa.select(AUDIT.c.sequence).where(AUDIT.c.at < self._database.now() - older_than)
        oldest = old.order_by(AUDIT.c.at).limit(_BATCH)
        drop = sa.delete(AUDIT).where(AUDIT.c.sequence.in_(oldest))
        return await self._database.transact(lambda connection: connection.execute(drop).rowcount)


def append_within(connection: sa.Connection, record: AuditRecord) -> None:
    """Stores a record in the transaction of the change that it is about."""
    connection.execute(sa.insert(AUDIT), row_of(record))


def write_line(record: AuditRecord) -> None:
    """Writes the record to the log, so that it can be shipped elsewhere."""
    row = row_of(record)
    named = {name: row[name] for name in (*_REQUESTER, *_TARGET)}
    resources = " ".join(json.loads(row["resources"])) or None
    line = Fields(
        audit=record.phase.value,
        action=record.action.value,
        error=record.error_code,
        **named,
        resources=resources,
    )
    log.info(line)


def row_of(record: AuditRecord) -> dict[str, Any]:
    """The values of a record by column, each cut to what its column holds."""
    requester, target = record.requester, record.target
    values = {
        "attempt": record.attempt,
        "at": record.at.timestamp(),
        "phase": record.phase.value,
        "action": record.action.value,
        "requested_key": requester.key,
        "on_behalf_of": requester.on_behalf_of,
        "request_id": requester.request_id,
        "surface": requester.origin and requester.origin.surface.value,
        "peer": requester.origin and requester.origin.peer,
        "account_id": target.account_id,
        "region": target.region,
        "mover_group": target.group,
        "mover_name": target.mover_name,
        "task_arn": target.task_arn,
        "run_arn": target.run_arn,
        "operation_id": target.operation_id,
        "resources": json.dumps([_printable(arn[:_LONGEST_ARN]) for arn in target.resources]),
        "error_code": record.error_code,
    }
    return {name: _stored(name, value) for name, value in values.items()}


def _stored(name: str, value: Any) -> Any:  # noqa: ANN401 - the column's
    """Refused requests hold whatever the caller sent: any length, and characters no store takes."""
    if not isinstance(value, str):
        return value
    kind = AUDIT.c[name].type
    length = kind.length if isinstance(kind, sa.String) else None
    return _printable(value[:length])


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def _record_of(row: sa.RowMapping) -> AuditRecord:
    surface = row["surface"]
    return AuditRecord(
        attempt=row["attempt"],
        at=datetime.fromtimestamp(row["at"], UTC),
        phase=AuditPhase(row["phase"]),
        action=AuditAction(row["action"]),
        requester=Requester(
            key=row["requested_key"],
            on_behalf_of=row["on_behalf_of"],
            request_id=row["request_id"],
            origin=Origin(Surface(surface), row["peer"]) if surface else None,
        ),
        target=AuditTarget(
            account_id=row["account_id"],
            region=row["region"],
            group=row["mover_group"],
            mover_name=row["mover_name"],
            task_arn=row["task_arn"],
            run_arn=row["run_arn"],
            operation_id=row["operation_id"],
            resources=tuple(json.loads(row["resources"])),
        ),
        error_code=row["error_code"],
    )


def _conditions(wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    columns = AUDIT.c
    region = sa.func.coalesce(columns.region, wanted.home_region)
    equal = (
        (columns.requested_key, wanted.key),
        (columns.on_behalf_of, wanted.on_behalf_of),
        (columns.action, wanted.action),
        (columns.phase, wanted.phase),
        (columns.account_id, wanted.account_id),
        (region, wanted.region),
        (columns.mover_group, wanted.group),
        (columns.mover_name, wanted.mover_name),
        (columns.operation_id, wanted.operation_id),
        (columns.request_id, wanted.request_id),
    )
    among = (
        (columns.account_id, wanted.accounts),
        (region, wanted.regions),
        (columns.mover_group, wanted.groups),
    )
    found = filters.equal(equal) + filters.among(among)
    if wanted.region is not None or wanted.regions is not None:
        found.append(columns.account_id.is_not(None))
    if wanted.since is not None:
        found.append(columns.at >= wanted.since.timestamp())
    if wanted.until is not None:
        found.append(columns.at < wanted.until.timestamp())
    return found
