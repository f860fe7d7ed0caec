"""Operations: accepted creates, updates and deletes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from graph.model.location_specs import LocationSpec
from graph.model.mover import Tag
from graph.model.open_enum import OpenEnum
from graph.model.task_settings import NO_SETTINGS, TaskSettings

ID_LENGTH: Final = 36
"""Of an operation: a UUID."""
_PASSING: Final = frozenset({"THROTTLED", "UPSTREAM", "UPSTREAM_TIMEOUT", "INTERNAL", "CONFLICT"})
"""Codes of errors that may pass by themselves."""


class OperationKind(OpenEnum):
    CREATE_MOVER = "CREATE_MOVER"
    DELETE_MOVER = "DELETE_MOVER"
    UPDATE_MOVER = "UPDATE_MOVER"
    OTHER = "OTHER"


class OperationStatus(OpenEnum):
    CREATED = "CREATED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMover:
    """The input of a create, with the form of all parts validated."""

    account_id: str
    region: str | None = None
    """None for the home region, that of operations which were accepted before there were several:
    what is stored of them has to stay as it was."""
    group: str
    name: str
    source: LocationSpec
    destination: LocationSpec
    tags: tuple[Tag, ...] = ()
    """The caller's tags in their order, without those that the server sets itself."""
    key_name: str | None = field(default=None, repr=False)
    """Of the caller's key, or of the rule of an issuer, by which the resources are checked again
    whenever the operation is resumed. None for operations that were accepted before there were such
    rules."""
    settings: TaskSettings = NO_SETTINGS


@dataclass(frozen=True, slots=True)
class OperationEvent:
    at: datetime
    message: str


class OperationStep(OpenEnum):
    """What an operation was doing when it failed."""

    NAME = "NAME"
    SOURCE = "SOURCE"
    DESTINATION = "DESTINATION"
    TASK = "TASK"
    LOCATIONS = "LOCATIONS"
    ROLES = "ROLES"
    TAGS = "TAGS"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class OperationFailure:
    """Why an operation failed."""

    message: str
    """Why it failed and what to do, as a sentence for people."""
    code: str | None = None
    """Of the error; None where an older version recorded the failure."""
    step: OperationStep | None = None

    @property
    def is_retryable(self) -> bool:
        """Whether the same request can succeed later, without a change of input or permissions."""
        return self.code in _PASSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    kind: OperationKind
    status: OperationStatus
    account_id: str
    region: str | None = None
    """As of ``NewMover``."""
    group: str | None
    mover_name: str
    task_arn: str | None
    """The task that is created, changed or deleted; None until it exists."""
    events: tuple[OperationEvent, ...]
    failure: OperationFailure | None
    requested_by: str
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        return self.ended_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFilter:
    """Selects operations; members that are None match everything."""

    account_id: str | None = None
    region: str | None = None
    home_region: str | None = None
    """The region of operations that name none; needed for ``region`` and ``regions``."""
    group: str | None = None
    mover_name: str | None = None
    kind: OperationKind | None = None
    status: OperationStatus | None = None
    accounts: frozenset[str] | None = None
    """Only these accounts, the ones that the caller may see."""
    groups: frozenset[str] | None = None
    """Only these groups; excludes operations on movers without a group."""
    regions: frozenset[str] | None = None
    """Only these regions, the ones that the caller may see."""


@dataclass(frozen=True, slots=True)
class OperationPlace:
    """The position of an operation in the list, which is sorted by time of acceptance."""

    created_at: float
    """Seconds since the epoch as stored, because a datetime would round them."""
    id: str
