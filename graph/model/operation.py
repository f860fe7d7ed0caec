"""An operation: a create or delete that the server has taken on and will finish."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from graph.model.location import LocationSpec
from graph.model.mover import Tag


class OperationKind(Enum):
    CREATE_MOVER = "CREATE_MOVER"
    DELETE_MOVER = "DELETE_MOVER"


class OperationStatus(Enum):
    CREATED = "CREATED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"

    @property
    def ended(self) -> bool:
        return self in (OperationStatus.COMPLETED, OperationStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMover:
    """A mover to be made: all its parts checked for form."""

    account_id: str
    group: str
    name: str
    source: LocationSpec
    destination: LocationSpec
    tags: tuple[Tag, ...] = ()
    """The caller's, in the caller's order, without those that the server sets itself."""
    key_name: str | None = field(default=None, repr=False)
    """Of the caller's key, whose rules are checked again whenever the operation is resumed. None
    for operations that were accepted before there were such rules. Not part of ``repr``, by which
    idempotency keys compare inputs."""


@dataclass(frozen=True, slots=True)
class OperationEvent:
    at: datetime
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    kind: OperationKind
    status: OperationStatus
    account_id: str
    group: str | None
    mover_name: str
    task_arn: str | None
    """Of the mover that was made, or is to go; null until it is there."""
    events: tuple[OperationEvent, ...]
    failure: str | None
    """Why it failed, in words that a user can act on."""
    requested_by: str
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFilter:
    """Which operations are wanted; what is None does not matter."""

    account_id: str | None = None
    group: str | None = None
    mover_name: str | None = None
    kind: OperationKind | None = None
    status: OperationStatus | None = None
    accounts: frozenset[str] | None = None
    """Those alone, because the asker sees no others."""
    groups: frozenset[str] | None = None
    """The same; operations on movers without a group are then left out."""


@dataclass(frozen=True, slots=True)
class OperationPlace:
    """Where an operation stands among all, by the time it was accepted."""

    created_at: float
    """Seconds since the epoch, as the store keeps them: a datetime would round them."""
    id: str
