"""Locations, tasks and executions as the service describes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync import kinds
from graph.sandbox.datasync.agents import agents_of, offline
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.tagged import Resource
from graph.sandbox.datasync.transfer import Transfer
from graph.sandbox.failures import Failure
from graph.sandbox.pace import PACE

_BY_HAND: Final = "Manually disabled by user."


@dataclass(kw_only=True, eq=False)
class Location(Resource):
    kind: str
    params: dict[str, Any]

    @property
    def uri(self) -> str:
        return kinds.uri(self.kind, self.params)

    def summary(self) -> dict[str, Any]:
        return {"LocationArn": self.arn, "LocationUri": self.uri}

    def describe(self) -> dict[str, Any]:
        # The serialiser keeps only members of the describe shape: passwords and keys never leave.
        return {**self.params, **self.summary(), "CreationTime": self.created}


@dataclass(kw_only=True, eq=False)
class Execution(Resource):
    task: Task
    options: dict[str, Any]
    settings: dict[str, Any]
    transfer: Transfer

    def __post_init__(self) -> None:
        enhanced = self.task.mode == "ENHANCED"
        self.agents = frozenset[str]() if enhanced else frozenset(self.task.agents)
        """The ARNs of the agents that nothing else can use meanwhile."""

    def summary(self) -> dict[str, Any]:
        return {
            "TaskExecutionArn": self.arn,
            "Status": self.transfer.status,
            "TaskMode": self.task.mode,
        }

    def describe(self) -> dict[str, Any]:
        transfer = self.transfer
        return {
            "Includes": [],
            "Excludes": [],
            **self.settings,
            **self.summary(),
            **transfer.counters.describe(enhanced=transfer.enhanced),
            "Options": self.options,
            "StartTime": self.created,
            "LaunchTime": transfer.launched,
            "EndTime": transfer.ended,
            "Result": transfer.result(),
            "ReportResult": transfer.files and transfer.files.report_result,
        }


@dataclass(kw_only=True, eq=False)
class Task(Resource):
    source: Location
    destination: Location
    name: str
    options: dict[str, Any]
    settings: dict[str, Any]
    mode: str
    running: Execution | None = None
    queue: list[Execution] = field(default_factory=list)
    latest: Execution | None = None
    broken: Failure | None = None
    """Why the task is UNAVAILABLE although its agents are online."""
    scheduled: datetime = field(default_factory=CLOCK.now)
    """When the schedule was set, or was disabled by the service."""
    by_schedule: Execution | None = None
    """The last execution that the schedule has started."""
    failures: list[str] = field(default_factory=list)
    """Equal reasons of the last executions of the schedule that failed."""
    disabled_reason: str | None = None
    """Why the service has disabled the schedule, if it has."""

    @property
    def ends(self) -> tuple[Location, Location]:
        return self.source, self.destination

    @property
    def agents(self) -> list[str]:
        """The ARNs of the agents at both ends."""
        return [arn for location in self.ends for arn in agents_of(location.params)]

    @property
    def offline(self) -> Failure | None:
        """Why the task cannot run if one of its agents is offline."""
        return offline(self.agents)

    @property
    def problem(self) -> Failure | None:
        """Why the task is UNAVAILABLE, if it is."""
        return self.broken or self.offline

    @property
    def active(self) -> bool:
        """Whether an execution runs. One that has ended is handed back a moment later."""
        return self.running is not None and self.running.transfer.ended is None

    @property
    def status(self) -> str:
        if self.active:
            return "RUNNING"
        if self.queue:
            return "QUEUED"
        if self.problem:
            return "UNAVAILABLE"
        ready = self.created + timedelta(seconds=PACE.creating)
        return "AVAILABLE" if CLOCK.now() >= ready else "CREATING"

    def check_startable(self, options: dict[str, Any]) -> None:
        """Refuses an execution while the task is not ready, or is busy and does not queue."""
        name = kinds.tail(self.arn)
        offline = None if self.broken else self.offline
        why = f" {offline.detail}" if offline else ""
        if self.status == "CREATING":
            raise InvalidRequestException(f"Task {name} is not available yet.")
        if self.status == "UNAVAILABLE":
            raise InvalidRequestException(f"Task {name} is unavailable.{why}")
        if self.active and options["TaskQueueing"] != "ENABLED":
            raise InvalidRequestException(f"Task {name} already has an execution in progress.")

    def summary(self) -> dict[str, Any]:
        return {
            "TaskArn": self.arn,
            "Name": self.name,
            "Status": self.status,
            "TaskMode": self.mode,
        }

    def describe(self) -> dict[str, Any]:
        problem = self.problem
        return {
            **self.settings,
            **self.summary(),
            "SourceLocationArn": self.source.arn,
            "DestinationLocationArn": self.destination.arn,
            "CurrentTaskExecutionArn": self._current_execution(),
            "Options": self.options,
            "CreationTime": self.created,
            "ScheduleDetails": self._schedule_details(),
            "ErrorCode": (problem and problem.code) or None,
            "ErrorDetail": problem and problem.detail,
        }

    def _current_execution(self) -> str | None:
        if self.latest is None or (self.latest.transfer.ended and not PACE.keeps_current_run):
            return None
        return self.latest.arn

    def _schedule_details(self) -> dict[str, Any] | None:
        schedule = self.settings.get("Schedule")
        if schedule is None:
            return None
        shown = {"StatusUpdateTime": self.scheduled}
        if schedule["Status"] != "DISABLED":
            return shown
        if self.disabled_reason is not None:
            return {**shown, "DisabledBy": "SERVICE", "DisabledReason": self.disabled_reason}
        return {**shown, "DisabledBy": "USER", "DisabledReason": _BY_HAND}


TASK_FILTERS: Final[dict[str, Callable[[Task], list[Any]]]] = {
    "LocationId": lambda task: [task.source.arn, task.destination.arn],
    "CreationTime": lambda task: [task.created],
}
LOCATION_FILTERS: Final[dict[str, Callable[[Location], list[Any]]]] = {
    "LocationUri": lambda location: [location.uri],
    "LocationType": lambda location: [location.kind],
    "CreationTime": lambda location: [location.created],
}
