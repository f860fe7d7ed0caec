"""A mover: a DataSync task that carries the tags of an organisation and a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from graph.model.task_files import NO_FILES, TaskFiles

GROUP_TAG: Final = "spinup:spaceid"
ORG_TAG: Final = "spinup:org"
TYPE_TAG: Final = "spinup:type"
FLAVOR_TAG: Final = "spinup:flavor"
OPERATION_TAG: Final = "datasync-api:operation"
"""The id of the operation that created the resource; not shown to clients."""
PART_TAG: Final = "datasync-api:part"
"""Which of the operation's parts a location or role is: source or destination; not shown. On a
task, the sides whose locations existed before, which are not deleted with it."""
KEY_TAG: Final = "datasync-api:key"
"""On a run, the hash of the idempotency key that started it; not shown."""

OWN_TAGS: Final = frozenset(
    {ORG_TAG, GROUP_TAG, TYPE_TAG, FLAVOR_TAG, OPERATION_TAG, PART_TAG, KEY_TAG}
)
AWS_TAGS: Final = 50
"""The tags that DataSync and IAM allow on one resource."""
MOST_TAGS: Final = AWS_TAGS - 6
"""The tags that a caller may put on a mover, in addition to the server's own."""
_OF_EVERY_MOVER: Final = {TYPE_TAG: "storage", FLAVOR_TAG: "datamover"}
WITH_ACTIVE_RUN: Final = frozenset({"RUNNING", "QUEUED"})
"""Statuses of a task that has a run which has not ended."""
HIDDEN_TAGS: Final = frozenset({OPERATION_TAG, PART_TAG, KEY_TAG})


def own_tags(org: str) -> dict[str, str]:
    """What every mover of an organisation carries, beside its group's tag."""
    return {ORG_TAG: org} | _OF_EVERY_MOVER


@dataclass(frozen=True, slots=True)
class Tag:
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account that the server may act in, in one of the regions it is configured for."""

    account_id: str
    region: str
    is_home: bool = field(default=True, compare=False)
    """Whether ids and records that name no region mean this one."""

    @property
    def place(self) -> tuple[str, str]:
        return self.account_id, self.region

    @property
    def stored_region(self) -> str | None:
        """What records have as its region, see ``NewMover.region``."""
        return None if self.is_home else self.region

    @property
    def key(self) -> str:
        """What identifies it in ids and cursors: as before there were regions, where it can be."""
        return place_key(self.account_id, self.stored_region)


def place_key(account_id: str, region: str | None) -> str:
    """The key of an account in a region; None for the home region."""
    return account_id if region is None else f"{account_id}@{region}"


@dataclass(frozen=True, slots=True)
class Group:
    """The movers of one account that carry the same group tag."""

    account: Account
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A mover as known from the two account-wide lists, without a call of its own."""

    account: Account
    task_arn: str
    name: str
    status: str
    """AVAILABLE, CREATING, QUEUED, RUNNING, UNAVAILABLE or a newer AWS value."""
    mode: str
    tags: tuple[Tag, ...]

    @property
    def group(self) -> str | None:
        return next((tag.value for tag in self.tags if tag.key == GROUP_TAG), None)

    @property
    def shown_tags(self) -> tuple[Tag, ...]:
        """The tags without internal ones of the server."""
        return tuple(tag for tag in self.tags if tag.key not in HIDDEN_TAGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When DataSync starts the mover by itself."""

    expression: str
    """``cron(..)`` or ``rate(..)``, in UTC."""
    status: str | None = None
    """ENABLED, DISABLED or a newer AWS value."""
    disabled_by: str | None = None
    """SERVICE if DataSync disabled it after repeated failures, USER if a person did."""
    disabled_reason: str | None = None
    status_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What is remembered of a task for a minute, to search among many."""

    created_at: datetime | None
    schedule: Schedule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What DescribeTask returns about a mover beyond its entry in the list."""

    task_arn: str
    name: str
    status: str
    mode: str
    created_at: datetime | None
    source_arn: str
    destination_arn: str
    latest_run_arn: str | None
    """The active run or the last one. By itself it does not mean that a run is active."""
    options: Mapping[str, Any]
    includes: tuple[str, ...]
    excludes: tuple[str, ...]
    schedule: Schedule | None
    log_group_arn: str | None
    network_interface_arns: tuple[str, ...]
    """Those of the source before those of the destination."""
    error_code: str | None
    error_detail: str | None
    described: Mapping[str, Any] = field(repr=False)
    """AWS's response unchanged, for the REST API, which renders it verbatim."""
    files: TaskFiles = NO_FILES
