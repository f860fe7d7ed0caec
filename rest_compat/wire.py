"""The original's JSON: what is read case-insensitively, and what is written in its own order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from graph.model.errors import Invalid
from graph.model.location import EfsSpec, Location, LocationSpec, S3Spec
from graph.model.mover import OWN_TAGS, Tag
from graph.model.operation import NewMover, Operation, OperationStatus
from graph.model.run import Run
from graph.resolvers.movers import MoverInFull

_CREATE: Final = "cannot decode body into create data mover input"
_UPDATE: Final = "cannot decode body into update data mover input"
_TASK: Final = [
    "CloudWatchLogGroupArn",
    "CreationTime",
    "CurrentTaskExecutionArn",
    "DestinationLocationArn",
    "DestinationNetworkInterfaceArns",
    "ErrorCode",
    "ErrorDetail",
    "Excludes",
    "Includes",
    "Name",
    "Options",
    "Schedule",
    "SourceLocationArn",
    "SourceNetworkInterfaceArns",
    "Status",
    "TaskArn",
    "TaskReportConfig",
]
_OPTIONS: Final = [
    "Atime",
    "BytesPerSecond",
    "Gid",
    "LogLevel",
    "Mtime",
    "ObjectTags",
    "OverwriteMode",
    "PosixPermissions",
    "PreserveDeletedFiles",
    "PreserveDevices",
    "SecurityDescriptorCopyFlags",
    "TaskQueueing",
    "TransferMode",
    "Uid",
    "VerifyMode",
]
_LOCATIONS: Final = {
    "S3": "AgentArns CreationTime LocationArn LocationUri S3Config S3StorageClass",
    "EFS": "AccessPointArn CreationTime Ec2Config FileSystemAccessRoleArn InTransitEncryption "
    "LocationArn LocationUri",
    "SMB": "AgentArns CreationTime Domain LocationArn LocationUri MountOptions User",
    "NFS": "CreationTime LocationArn LocationUri MountOptions OnPremConfig",
}
_RUN: Final = [
    "BytesTransferred",
    "BytesWritten",
    "EstimatedBytesToTransfer",
    "EstimatedFilesToTransfer",
    "FilesTransferred",
    "StartTime",
    "Status",
]
_RESULT: Final = [
    "ErrorCode",
    "ErrorDetail",
    "PrepareDuration",
    "PrepareStatus",
    "TotalDuration",
    "TransferDuration",
    "TransferStatus",
    "VerifyDuration",
    "VerifyStatus",
]


def read_new_mover(body: bytes, account_id: str, group: str) -> NewMover:
    """The body of a create request. Raises Invalid in the original's words."""
    given = _object(body, _CREATE)
    source = _given(given, "Source", dict, _CREATE)
    destination = _given(given, "Destination", dict, _CREATE)
    return NewMover(
        account_id=account_id,
        group=group,
        name=_given(given, "Name", str, _CREATE) or "",
        source=_location(source, "Source"),
        destination=_location(destination, "Destination"),
        tags=tuple(_tags(_given(given, "Tags", list, _CREATE) or [])),
    )


def read_state(body: bytes) -> str:
    """The body of an update request: start or stop."""
    state = _given(_object(body, _UPDATE), "State", str, _UPDATE)
    if not state:
        raise Invalid("missing required parameter: State")
    if state not in ("start", "stop"):
        raise Invalid("valid states are 'start' and 'stop'")
    return str(state)


def mover_json(shown: MoverInFull) -> dict[str, Any]:
    task = _members(shown.task.described, _TASK)
    if task["Options"] is not None:
        task["Options"] = _members(shown.task.options, _OPTIONS)
    rendered: dict[str, Any] = {
        "Task": task,
        "Source": _location_json(shown.source),
        "Destination": _location_json(shown.destination),
    }
    tags = [{"Key": tag.key, "Value": tag.value} for tag in shown.mover.shown_tags]
    return {**rendered, "Tags": tags} if tags else rendered


def run_json(run: Run) -> dict[str, Any]:
    result = run.described.get("Result")
    return {
        **_members(run.described, _RUN),
        "Result": None if result is None else _members(result, _RESULT),
    }


def flywheel_json(operation: Operation) -> dict[str, Any]:
    """An operation as the original's task log shows it; what is empty is left out."""
    ended = operation.ended_at if operation.status is OperationStatus.COMPLETED else None
    failed = operation.ended_at if operation.status is OperationStatus.FAILED else None
    rendered = {
        "checkin_at": _time(operation.updated_at),
        "completed_at": ended and _time(ended),
        "created_at": _time(operation.created_at),
        "id": operation.id,
        "status": operation.status.value.lower(),
        "events": _log(operation),
        "failed_at": failed and _time(failed),
        "failure": operation.failure,
    }
    return {name: value for name, value in rendered.items() if value}


def _log(operation: Operation) -> list[str]:
    task = operation.id
    lines = [f"{_time(operation.created_at)} starting task {task}"]
    for event in operation.events:
        at = _time(event.at)
        lines += [f"{at} {at} checkin task {task}", f"{at} {event.message}"]
    if operation.ended_at:
        at = _time(operation.ended_at)
        verb = "complete" if operation.status is OperationStatus.COMPLETED else "failed"
        lines.append(f"{at} {at} {verb} task {task}")
    return lines


def _object(body: bytes, doing: str) -> dict[str, Any]:
    """The first JSON value of a body, whatever stands behind it."""
    try:
        given, _ = json.JSONDecoder().raw_decode(body.decode().lstrip())
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{doing}: {error}") from None
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Invalid(f"{doing}: an object is wanted")
    return given


def _given(given: Mapping[str, Any], name: str, kind: type, doing: str) -> Any:  # noqa: ANN401
    """A member by its name in any case; the last of several counts, and null is absent."""
    found = None
    for key, value in given.items():
        if key.lower() == name.lower() and value is not None:
            found = value
    if found is not None and not isinstance(found, kind):
        raise Invalid(f"{doing}: {name} has the wrong type")
    return found


def _location(given: dict[str, Any] | None, side: str) -> LocationSpec:
    kind = _given(given, "Type", str, _CREATE) if given else None
    if not given or not kind:
        raise Invalid("Source and Destination are required")
    if kind not in ("S3", "EFS"):
        raise Invalid(f"{side} Type has to be S3 or EFS")
    parts = _given(given, kind, dict, _CREATE)
    if not parts:
        raise Invalid(f"{side} of type {kind} needs its {kind} object")

    def text(name: str, *, needed: bool = False) -> str:
        value = _given(parts, name, str, _CREATE) or ""
        if needed and not value:
            raise Invalid(f"{side} {kind} needs {name}")
        return str(value)

    if kind == "S3":
        return S3Spec(
            bucket_arn=text("S3BucketArn", needed=True),
            subdirectory=text("Subdirectory") or None,
            storage_class=text("S3StorageClass") or None,
        )
    groups = _given(parts, "SecurityGroupArns", list, _CREATE) or []
    if not all(isinstance(group, str) for group in groups):
        raise Invalid(f"{_CREATE}: SecurityGroupArns has the wrong type")
    return EfsSpec(
        filesystem_arn=text("EfsFilesystemArn", needed=True),
        subnet_arn=text("SubnetArn", needed=True),
        security_group_arns=tuple(groups),
        subdirectory=text("Subdirectory") or None,
    )


def _tags(given: list[Any]) -> list[Tag]:
    """The caller's, without those that the server sets itself."""
    found = []
    for item in given:
        if not isinstance(item, dict):
            raise Invalid(f"{_CREATE}: Tags has the wrong type")
        key = _given(item, "Key", str, _CREATE) or ""
        value = _given(item, "Value", str, _CREATE) or ""
        if key and key not in OWN_TAGS and not key.startswith("aws:"):
            found.append(Tag(key, value))
    return found


def _location_json(location: Location | None) -> dict[str, Any] | None:
    if location is None:
        return None
    names = _LOCATIONS.get(location.kind)
    shown = location.described if names is None else _members(location.described, names.split())
    return {"Type": location.kind, location.kind: _plain(shown)}


def _members(given: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Those members, in that order; what is absent is null."""
    return {name: _plain(given.get(name)) for name in names}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever AWS answers
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _time(moment: datetime) -> str:
    """RFC 3339 in UTC, milliseconds with trailing zeros cut."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{moment.microsecond // 1000:03}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"
