"""Checks what a caller wants a run to do differently, as far as DataSync documents what it refuses.

Everything else is left to DataSync, whose explanation is passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.model.errors import Conflict, Invalid, InvalidReason
from graph.model.mover import Task
from graph.model.overrides import RunOverrides
from graph.runs.bandwidth import check_bandwidth

LONGEST_FILTER: Final = 102_400
"""Characters of all patterns of a filter, with the bars between them, as in DataSync's model."""
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "VerifyMode": ("POINT_IN_TIME_CONSISTENT", "ONLY_FILES_TRANSFERRED", "NONE"),
    "OverwriteMode": ("ALWAYS", "NEVER"),
    "Atime": ("NONE", "BEST_EFFORT"),
    "Mtime": ("NONE", "PRESERVE"),
    "Uid": ("NONE", "INT_VALUE", "NAME", "BOTH"),
    "Gid": ("NONE", "INT_VALUE", "NAME", "BOTH"),
    "PreserveDeletedFiles": ("PRESERVE", "REMOVE"),
    "PreserveDevices": ("NONE", "PRESERVE"),
    "PosixPermissions": ("NONE", "PRESERVE"),
    "TaskQueueing": ("ENABLED", "DISABLED"),
    "LogLevel": ("OFF", "BASIC", "TRANSFER"),
    "TransferMode": ("CHANGED", "ALL"),
    "SecurityDescriptorCopyFlags": ("NONE", "OWNER_DACL", "OWNER_DACL_SACL"),
    "ObjectTags": ("PRESERVE", "NONE"),
    "ObjectMetadata": ("PRESERVE", "NONE"),
}
"""The values of each option, as in DataSync's model. BytesPerSecond is a number."""
_OPTIONS: Final = ("overrides", "options")
_BASIC: Final = ({"Atime": "BEST_EFFORT", "Mtime": "NONE"}, {"Atime": "NONE", "Mtime": "PRESERVE"})
_ENHANCED: Final = ({"VerifyMode": "POINT_IN_TIME_CONSISTENT"}, {"Mtime": "NONE"})
_REFUSED: Final[Mapping[str, tuple[Mapping[str, str], ...]]] = {
    "BASIC": _BASIC,
    "ENHANCED": _ENHANCED,
}
"""By mode: combinations that DataSync refuses; any mode refuses the next."""
_ALWAYS_REFUSED: Final = ({"TransferMode": "ALL", "PreserveDeletedFiles": "REMOVE"},)


def check_overrides(overrides: RunOverrides) -> None:
    """Raises Invalid, with the path in the input, for values that no mover allows."""
    for name, value in overrides.options.items():
        path = (*_OPTIONS, _member(name))
        if name == "BytesPerSecond":
            check_bandwidth(int(value), path)
        elif value not in WORDS[name]:
            shown = str(value)[:40]
            raise Invalid(f"'{shown}' is not one of {', '.join(WORDS[name])}.", path=path)
    _check_filter(overrides.includes, "includes")
    _check_filter(overrides.excludes, "excludes")


def check_for_task(overrides: RunOverrides, task: Task) -> None:
    """Raises Invalid for options that contradict each other or those of the mover.

    Raises Conflict for filters of a mover that has a manifest.
    """
    if (overrides.includes or overrides.excludes) and task.described.get("ManifestConfig"):
        raise Conflict("The mover has a manifest, with which a run cannot have filters.")
    options = {**task.options, **overrides.options}
    for refused in (*_ALWAYS_REFUSED, *_REFUSED.get(task.mode, ())):
        given = [name for name in refused if name in overrides.options]
        if given and all(options.get(name) == value for name, value in refused.items()):
            combined = " with ".join(f"{_member(name)} {value}" for name, value in refused.items())
            raise Invalid(
                f"DataSync refuses {combined} in {task.mode} mode. What is absent here is as the "
                "mover has it.",
                path=(*_OPTIONS, _member(given[0])),
                reason=InvalidReason.DUPLICATE if len(refused) > 1 else None,
            )


def _check_filter(patterns: tuple[str, ...], name: str) -> None:
    if len("|".join(patterns)) > LONGEST_FILTER:
        raise Invalid(
            f"The patterns of a filter may have {LONGEST_FILTER} characters together.",
            path=("overrides", name),
            reason=InvalidReason.TOO_LONG,
        )
    for index, pattern in enumerate(patterns):
        wrong = _wrong(pattern, name)
        if wrong is not None:
            raise Invalid(
                f"'{pattern[:80]}' is not a pattern: {wrong}.",
                path=("overrides", name, str(index)),
            )


def _wrong(pattern: str, name: str) -> str | None:
    """What DataSync would refuse in a pattern of ``includes`` or ``excludes``."""
    if "|" in pattern or "\0" in pattern:
        return "it must not contain a bar or a null character; list patterns one by one"
    if name == "includes":
        if not pattern.startswith("/"):
            return "it has to begin with a slash"
        return "it may have a * only at its end" if "*" in pattern[:-1] else None
    return None if pattern.startswith(("/", "*")) else "it has to begin with a slash or a *"


def _member(name: str) -> str:
    """The member of the input that sets an option."""
    return name[0].lower() + name[1:]
