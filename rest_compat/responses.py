"""Renders JSON as the original server did: its members, their order, and the format of times."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from graph.locations import KINDS, Members, named
from graph.model.location import Location
from graph.model.operation import Operation, OperationStatus
from graph.model.run import Run
from graph.resolvers.movers import MoverDetails

_REPORT: Final = named("ReportLevel")
_FILTER: Final = named("FilterType Value")
_TASK: Final = named(
    "CloudWatchLogGroupArn CreationTime CurrentTaskExecutionArn DestinationLocationArn "
    "DestinationNetworkInterfaceArns ErrorCode ErrorDetail Excludes Includes Name Options Schedule "
    "SourceLocationArn SourceNetworkInterfaceArns Status TaskArn TaskReportConfig",
    Excludes=_FILTER,
    Includes=_FILTER,
    Options=named(
        "Atime BytesPerSecond Gid LogLevel Mtime ObjectTags OverwriteMode PosixPermissions "
        "PreserveDeletedFiles PreserveDevices SecurityDescriptorCopyFlags TaskQueueing "
        "TransferMode Uid VerifyMode"
    ),
    Schedule=named("ScheduleExpression"),
    TaskReportConfig=named(
        "Destination ObjectVersionIds OutputType Overrides ReportLevel",
        Destination=named("S3", S3=named("BucketAccessRoleArn S3BucketArn Subdirectory")),
        Overrides=named(
            "Deleted Skipped Transferred Verified",
            Deleted=_REPORT,
            Skipped=_REPORT,
            Transferred=_REPORT,
            Verified=_REPORT,
        ),
    ),
)
_RUN: Final = named(
    "BytesTransferred BytesWritten EstimatedBytesToTransfer EstimatedFilesToTransfer "
    "FilesTransferred StartTime Status Result",
    Result=named(
        "ErrorCode ErrorDetail PrepareDuration PrepareStatus TotalDuration TransferDuration "
        "TransferStatus VerifyDuration VerifyStatus"
    ),
)
_ESCAPED: Final = [
    (char.encode(), f"\\u{ord(char):04x}".encode()) for char in ("&", "<", ">", "\u2028", "\u2029")
]
"""Characters that Go's encoding/json escapes and orjson does not; they occur in strings only."""


def encoded(content: object) -> bytes:
    """JSON, byte for byte as the original server writes it."""
    written = orjson.dumps(content)
    for char, escape in _ESCAPED:
        if char in written:
            written = written.replace(char, escape)
    return written


def mover_json(shown: MoverDetails) -> dict[str, Any]:
    """A mover with its task and locations. Tags is left out where there are none."""
    rendered: dict[str, Any] = {
        "Task": _members(shown.task.described, _TASK),
        "Source": _location_json(shown.source),
        "Destination": _location_json(shown.destination),
    }
    tags = [{"Key": tag.key, "Value": tag.value} for tag in shown.mover.shown_tags]
    return {**rendered, "Tags": tags} if tags else rendered


def run_json(run: Run) -> Any:  # noqa: ANN401 - JSON
    return _members(run.described, _RUN)


def flywheel_json(operation: Operation) -> dict[str, Any]:
    """An operation in the original's task format; empty members are left out."""
    status = _status(operation)
    ended = operation.ended_at if status is OperationStatus.COMPLETED else None
    failed = operation.ended_at if status is OperationStatus.FAILED else None
    checked_in = operation.events[-1].at if operation.events else None
    rendered = {
        "checkin_at": checked_in and time_text(checked_in),
        "completed_at": ended and time_text(ended),
        "created_at": time_text(operation.created_at),
        "id": operation.id,
        "status": status.value.lower(),
        "events": _log(operation),
        "failed_at": failed and time_text(failed),
        "failure": operation.failure and operation.failure.message,
    }
    return {name: value for name, value in rendered.items() if value}


def _status(operation: Operation) -> OperationStatus:
    """One of the original's four. Those of newer servers are shown by what they mean to clients."""
    if operation.status is not OperationStatus.OTHER:
        return operation.status
    if not operation.ended:
        return OperationStatus.RUNNING
    return OperationStatus.FAILED if operation.failure else OperationStatus.COMPLETED


def _log(operation: Operation) -> list[str]:
    if operation.status is OperationStatus.CREATED:
        return []
    task = operation.id
    lines = [f"{time_text(operation.created_at)} starting task {task}"]
    for event in operation.events:
        at = time_text(event.at)
        lines += [f"{at} {at} checkin task {task}", f"{at} {event.message}"]
    if operation.ended_at:
        at = time_text(operation.ended_at)
        verb = "complete" if _status(operation) is OperationStatus.COMPLETED else "failed"
        lines.append(f"{at} {at} {verb} task {task}")
    return lines


def _location_json(location: Location | None) -> dict[str, Any] | None:
    """A location; kinds that the original did not know have all members that AWS returns."""
    if location is None:
        return None
    kind = KINDS.get(location.kind)
    members = None if kind is None else kind.members
    return {"Type": location.kind, location.kind: _members(location.described, members)}


def _members(value: Any, members: Members | None) -> Any:  # noqa: ANN401 - whatever AWS returns
    """The given members in order, null where absent; all members where none are given."""
    if isinstance(value, list):
        return [_members(item, members) for item in value]
    if isinstance(value, Mapping):
        if members is None:
            return {name: _members(inner, None) for name, inner in sorted(value.items())}
        return {name: _members(value.get(name), nested) for name, nested in members.items()}
    if isinstance(value, bytes):  # a certificate, as AWS encodes it
        return base64.b64encode(value).decode()
    return _time(value) if isinstance(value, datetime) else value


def _time(moment: datetime) -> str:
    """Times of AWS: RFC 3339 in UTC, milliseconds without trailing zeros."""
    whole = moment.microsecond // 1000 * 1000
    return time_text(moment.replace(microsecond=whole))


def time_text(moment: datetime) -> str:
    """Times of the task log: RFC 3339 in UTC, microseconds without trailing zeros."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    text = utc.isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0') if '.' in text else text}Z"
