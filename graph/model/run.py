"""A run: one execution of a mover's task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Final

from graph.model.task_files import NO_FILES, TaskFiles

ENDED: Final = frozenset({"SUCCESS", "ERROR"})
"""The two final statuses. Any other, also one that AWS adds, means that the run continues."""


class Outcome(Enum):
    """How a run ended."""

    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class RunRef:
    """A run as known from a list."""

    run_arn: str
    status: str

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def task_arn(self) -> str:
        """The ARN of the task, which is part of the run's ARN."""
        return self.run_arn.partition("/execution/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthChange:
    """A limit that AWS has accepted for an active or queued run."""

    run_arn: str
    bytes_per_second: int
    """-1 for no limit."""
    effective_by: datetime
    """By this server's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Files, folders and bytes so far; None where AWS reports nothing.

    A run in BASIC mode counts folders as files, and has less than half of the counters.
    """

    files_estimated: int | None = None
    files_transferred: int | None = None
    files_estimated_to_delete: int | None = None
    files_deleted: int | None = None
    files_skipped: int | None = None
    files_verified: int | None = None
    files_prepared: int | None = None
    files_listed_at_source: int | None = None
    files_listed_at_destination: int | None = None
    files_failed_prepare: int | None = None
    files_failed_transfer: int | None = None
    files_failed_verify: int | None = None
    files_failed_delete: int | None = None
    folders_estimated: int | None = None
    folders_transferred: int | None = None
    folders_estimated_to_delete: int | None = None
    folders_deleted: int | None = None
    folders_skipped: int | None = None
    folders_verified: int | None = None
    folders_prepared: int | None = None
    folders_listed_at_source: int | None = None
    folders_listed_at_destination: int | None = None
    folders_failed_list: int | None = None
    folders_failed_prepare: int | None = None
    folders_failed_transfer: int | None = None
    folders_failed_verify: int | None = None
    folders_failed_delete: int | None = None
    bytes_estimated: int | None = None
    bytes_transferred: int | None = None
    """Sent over the network, before compression."""
    bytes_written: int | None = None
    """Written to the destination."""
    bytes_compressed: int | None = None

    @property
    def files_failed(self) -> int:
        return (
            (self.files_failed_prepare or 0)
            + (self.files_failed_transfer or 0)
            + (self.files_failed_verify or 0)
            + (self.files_failed_delete or 0)
        )

    @property
    def folders_failed(self) -> int:
        return (
            (self.folders_failed_list or 0)
            + (self.folders_failed_prepare or 0)
            + (self.folders_failed_transfer or 0)
            + (self.folders_failed_verify or 0)
            + (self.folders_failed_delete or 0)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One of the three phases of a run. In ENHANCED mode they overlap and have no durations."""

    name: str
    status: str | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    phases: tuple[Phase, ...]
    total_duration_ms: int | None
    error_code: str | None
    error_detail: str | None

    def phase(self, name: str) -> str | None:
        """The status of the phase of that name."""
        return next((phase.status for phase in self.phases if phase.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    run_arn: str
    status: str
    """QUEUED, LAUNCHING, PREPARING, TRANSFERRING, VERIFYING, CANCELLING, SUCCESS, ERROR or a newer
    AWS value."""
    mode: str
    requested_at: datetime | None
    launched_at: datetime | None
    ended_at: datetime | None
    counters: Counters
    result: RunResult | None
    options: Mapping[str, Any] = field(repr=False)
    described: Mapping[str, Any] = field(repr=False)
    """AWS's response unchanged, for the REST API, which renders it verbatim."""
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    files: TaskFiles = NO_FILES
    report_result: Mapping[str, Any] | None = None
    """AWS's answer on whether the report was written; None without one."""
    cancelled: bool = False
    """Whether this deployment cancelled it or saw it cancelled: AWS ends such a run as ERROR."""

    @property
    def is_settled(self) -> bool:
        """Whether it can change no more: a report may be written after the end."""
        status = (self.report_result or {}).get("Status")
        return self.ended and status != "PENDING"

    @property
    def run_id(self) -> str:
        return self.run_arn.rpartition("/")[2]

    @property
    def task_arn(self) -> str:
        return self.run_arn.partition("/execution/")[0]

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def outcome(self) -> Outcome | None:
        """How the run ended; None until it has."""
        if not self.ended:
            return None
        if self.cancelled and self.status == "ERROR":
            return Outcome.CANCELLED
        if self.status == "SUCCESS":
            return Outcome.PARTIAL if self._failed else Outcome.SUCCEEDED
        moved = self.result is not None and self.result.phase("TRANSFER") == "SUCCESS"
        partly = self._failed and self.counters.files_transferred
        return Outcome.PARTIAL if moved or partly else Outcome.FAILED

    @property
    def _failed(self) -> bool:
        """Whether AWS counts something that failed, which is a folder or what is in one."""
        return bool(self.counters.files_failed or self.counters.folders_failed)
