"""The options of a task, with the service's defaults and rejected combinations."""

from __future__ import annotations

from typing import Any, Final, Protocol

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
    "ObjectMetadata": "PRESERVE",
}
_OBJECT_STORES: Final = {"S3", "OBJECT_STORAGE", "AZURE_BLOB"}
_WHOLE: Final = "POINT_IN_TIME_CONSISTENT"
_Values = tuple[str, ...]
_ALWAYS_REFUSED: Final[tuple[tuple[_Values, set[_Values]], ...]] = (
    (("TransferMode", "PreserveDeletedFiles"), {("ALL", "REMOVE")}),
)
_REFUSED: Final[dict[str, tuple[tuple[_Values, set[_Values]], ...]]] = {
    "BASIC": (
        *_ALWAYS_REFUSED,
        (("Atime", "Mtime"), {("BEST_EFFORT", "NONE"), ("NONE", "PRESERVE")}),
    ),
    "ENHANCED": (
        *_ALWAYS_REFUSED,
        (("VerifyMode",), {(_WHOLE,)}),
        (("Mtime",), {("NONE",)}),
    ),
}
"""By task mode: options, and the combinations of their values that are refused."""
_ARCHIVES: Final = ("GLACIER", "DEEP_ARCHIVE")
"""Storage classes whose objects cannot be read back for verification."""
_NOT_POSIX: Final = dict.fromkeys(("Uid", "Gid", "PosixPermissions"), "NONE")


class Location(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def params(self) -> dict[str, Any]: ...


def merged(
    ends: tuple[Location, Location],
    base: dict[str, Any],
    given: dict[str, Any] | None,
    mode: str,
) -> dict[str, Any]:
    """The options of a task, or of one run of it. Refuses combinations that contradict.

    ``ends`` are source and destination, ``base`` the options set before.
    """
    kinds = {end.kind for end in ends}
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
    for names, refused in _REFUSED[mode]:
        values = tuple(options[name] for name in names)
        if values in refused:
            raise _invalid(",".join(names), ",".join(values))
    if options["VerifyMode"] == _WHOLE and ends[1].params.get("S3StorageClass") in _ARCHIVES:
        raise _invalid("VerifyMode", _WHOLE)
    return options


def _invalid(option: str, value: str) -> InvalidRequestException:
    return InvalidRequestException(f"Invalid SyncOption value. Option: {option}, Value: {value}.")
