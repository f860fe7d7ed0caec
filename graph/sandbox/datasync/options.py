"""A task's options, with the service's defaults and refusals."""

from __future__ import annotations

from typing import Any, Final

from graph.sandbox.datasync.errors import InvalidRequestException

DEFAULTS: Final[dict[str, Any]] = {
    "VerifyMode": "POINT_IN_TIME_CONSISTENT",
    "OverwriteMode": "ALWAYS",
    "Atime": "BEST_EFFORT",
    "Mtime": "PRESERVE",
    "Uid": "INT_VALUE",
    "Gid": "INT_VALUE",
    "PreserveDeletedFiles": "PRESERVE",
    "PreserveDevices": "NONE",
    "PosixPermissions": "PRESERVE",
    "BytesPerSecond": -1,
    "TaskQueueing": "ENABLED",
    "LogLevel": "OFF",
    "TransferMode": "CHANGED",
    "SecurityDescriptorCopyFlags": "NONE",
    "ObjectTags": "PRESERVE",
}
_OBJECT_STORES: Final = {"S3", "OBJECT_STORAGE", "AZURE_BLOB"}
_NOT_POSIX: Final = dict.fromkeys(("Uid", "Gid", "PosixPermissions"), "NONE")


def merged(
    kinds: set[str], base: dict[str, Any], given: dict[str, Any] | None, mode: str
) -> dict[str, Any]:
    """The options that a task, or one run of it, goes by."""
    wanted = {name: value for name, value in (given or {}).items() if value is not None}
    defaults = dict(DEFAULTS)
    if mode == "ENHANCED":
        defaults["VerifyMode"] = "ONLY_FILES_TRANSFERRED"
    if kinds <= _OBJECT_STORES:
        defaults |= _NOT_POSIX
        for name, none in _NOT_POSIX.items():
            if wanted.get(name, none) != none:
                raise InvalidRequestException(
                    f"Invalid SyncOption value. Option: {name}, Value: {wanted[name]} "
                    "invalid for non-POSIX transfer. please use NONE."
                )
    options = {**defaults, **base, **wanted}
    if mode == "ENHANCED" and options["VerifyMode"] == "POINT_IN_TIME_CONSISTENT":
        raise InvalidRequestException(
            "Invalid option: VerifyMode POINT_IN_TIME_CONSISTENT is not supported in ENHANCED mode."
        )
    if options["TransferMode"] == "ALL" and options["PreserveDeletedFiles"] == "REMOVE":
        raise InvalidRequestException(
            "PreserveDeletedFiles REMOVE cannot be used with TransferMode ALL."
        )
    return options
