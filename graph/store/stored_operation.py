"""Operations as values: one that is to be recorded, and one as the store keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

Parts = list[tuple[str, str | None]]
"""Locations, each with the role that was created for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOperation:
    """An operation that has been accepted and not been recorded yet."""

    id: str
    kind: str
    account_id: str
    region: str | None = None
    """None for the home region, which is a fact of the store."""
    group: str | None
    mover_name: str
    task_arn: str | None = None
    requested_by: str
    requested_key: str | None = None
    on_behalf_of: str | None = None
    """The key and the person of ``requested_by``, for the audit trail."""
    reservation: str
    """What no other operation may hold until this one has ended."""
    also_claims: str | None = None
    """Another reservation that it holds: of the name that a mover is to have."""
    input: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOperation:
    """Times are seconds since the epoch. Kind and status are words of the version that wrote it."""

    id: str
    kind: str
    status: str
    account_id: str
    region: str | None = None
    """As of ``NewOperation``."""
    group: str | None
    mover_name: str
    task_arn: str | None
    failure: str | None
    failure_code: str | None = None
    failure_step: str | None = None
    """Both None if it has not failed, or where an older version wrote the row."""
    requested_by: str
    requested_key: str
    """The caller's key; the whole name of the caller where an older version wrote the row."""
    created_at: float
    updated_at: float
    ended_at: float | None
    input: bytes
    parts: Parts | None
    """What a deletion has left to delete; None if it has not read that yet, or nothing is left.
    What a create has made, until its end."""
    events: tuple[tuple[float, str], ...] = ()
    """Time and message, oldest first; empty where events were not asked for."""


def stored_operation(
    row: sa.RowMapping, events: Iterable[tuple[float, str]] = ()
) -> StoredOperation:
    """The value of a row of the table."""
    return StoredOperation(
        id=row["id"],
        kind=row["kind"],
        status=row["status"],
        account_id=row["account_id"],
        region=row["region"],
        group=row["mover_group"],
        mover_name=row["mover_name"],
        task_arn=row["task_arn"],
        failure=row["failure"],
        failure_code=row["failure_code"],
        failure_step=row["failure_step"],
        requested_by=row["requested_by"],
        requested_key=row["requested_key"] or row["requested_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        ended_at=row["ended_at"],
        input=row["input"],
        parts=parts_of(row["parts"]),
        events=tuple(events),
    )


def parts_of(kept: str | None) -> Parts | None:
    """The parts in the column of that name."""
    return None if kept is None else [(location, role) for location, role in json.loads(kept)]
