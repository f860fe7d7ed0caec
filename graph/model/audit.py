"""Audit records: who asked for which change, on what, and the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph.model.open_enum import OpenEnum


class AuditAction(OpenEnum):
    """What was asked for, whichever API it was asked through."""

    CREATE_MOVER = "CREATE_MOVER"
    START_MOVER = "START_MOVER"
    STOP_MOVER = "STOP_MOVER"
    RERUN = "RERUN"
    SET_RUN_BANDWIDTH = "SET_RUN_BANDWIDTH"
    SET_RUN_TAGS = "SET_RUN_TAGS"
    DELETE_MOVER = "DELETE_MOVER"
    UPDATE_MOVER = "UPDATE_MOVER"
    CLEAN_ORPHANS = "CLEAN_ORPHANS"
    PREVIEW_ORPHANS = "PREVIEW_ORPHANS"
    """A dry run of CLEAN_ORPHANS, which changes nothing."""
    UPDATE_LOCATION = "UPDATE_LOCATION"
    ACTIVATE_AGENT = "ACTIVATE_AGENT"
    UPDATE_AGENT = "UPDATE_AGENT"
    DELETE_AGENT = "DELETE_AGENT"
    OTHER = "OTHER"
    """Also a request that is rejected because it does not say which change it wants."""


class AuditPhase(OpenEnum):
    REQUESTED = "REQUESTED"
    """About to be carried out. Without a later record of the same attempt its end is unknown."""
    ACCEPTED = "ACCEPTED"
    """Done, or accepted as a durable operation."""
    REFUSED = "REFUSED"
    """Rejected because of the caller's rights or input, or the state of the target."""
    FAILED = "FAILED"
    """AWS or the server failed; part of it may have taken effect."""
    COMPLETED = "COMPLETED"
    """A durable operation that was accepted before has completed."""
    OTHER = "OTHER"


class Surface(OpenEnum):
    """The API that a request came in through."""

    GRAPHQL = "GRAPHQL"
    WEBSOCKET = "WEBSOCKET"
    """GraphQL over a WebSocket."""
    REST = "REST"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    surface: Surface
    peer: str | None
    """Address of the connection: the last proxy's, unless the server trusts its headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asked, in which request."""

    key: str
    """Name of the key."""
    on_behalf_of: str | None = None
    request_id: str | None = None
    """None for the end of a durable operation, which no request waits for."""
    origin: Origin | None = None
    """None for the end of a durable operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTarget:
    """What a change is about, as far as it is known."""

    account_id: str | None = None
    region: str | None = None
    """Of the account, as of ``NewMover``: None for the home region."""
    group: str | None = None
    mover_name: str | None = None
    task_arn: str | None = None
    run_arn: str | None = None
    operation_id: str | None = None
    resources: tuple[str, ...] = ()
    """ARNs: of the storage that a create names, source first; of the locations of the mover that is
    started, stopped, limited or deleted; of the locations and roles that an operation has made or
    deleted; of the orphans that were removed or, if none was, the first 20 of the request; of the
    agent that is activated, renamed or deleted; of the location that is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One line of the audit trail. Records are never changed."""

    attempt: str
    """Shared by the records of one request for a change; an operation's end has that of its id."""
    at: datetime
    phase: AuditPhase
    action: AuditAction
    requester: Requester
    target: AuditTarget
    error_code: str | None = None
    """The code that the caller was given, that of an operation's failure, or INTERRUPTED; null
    unless REFUSED or FAILED."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A record with its place in the trail."""

    sequence: int
    record: AuditRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Selects records; members that are None match everything."""

    key: str | None = None
    on_behalf_of: str | None = None
    action: AuditAction | None = None
    phase: AuditPhase | None = None
    account_id: str | None = None
    region: str | None = None
    """Leaves out records whose account is not known."""
    group: str | None = None
    mover_name: str | None = None
    operation_id: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    accounts: frozenset[str] | None = None
    """The only accounts that the reader may see."""
    groups: frozenset[str] | None = None
    """The only groups that the reader may see; records without a group are then left out."""
    regions: frozenset[str] | None = None
    """The only regions that the reader may see; records without an account are then left out."""
    home_region: str | None = None
    """The region of records that name none; needed for ``region`` and ``regions``."""
