"""Values and combinations that DataSync documents that it refuses.

Everything else is left to DataSync, whose explanation is passed on. Each check gets the path of the
input that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from graph.model import names
from graph.model.errors import Invalid, InvalidReason
from graph.model.words import ScheduleProblem
from graph.task_settings.expressions import LONGEST, parse

UNLIMITED: Final = -1
"""No bandwidth limit."""
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
DEFAULTS: Final[Mapping[str, str]] = {
    "Atime": "BEST_EFFORT",
    "Mtime": "PRESERVE",
    "TransferMode": "CHANGED",
    "PreserveDeletedFiles": "PRESERVE",
    "VerifyMode": "ONLY_FILES_TRANSFERRED",
}
"""Of a new mover, as far as combinations depend on them: DataSync's, and those that the server
sets."""
_BASIC: Final = ({"Atime": "BEST_EFFORT", "Mtime": "NONE"}, {"Atime": "NONE", "Mtime": "PRESERVE"})
_ENHANCED: Final = ({"VerifyMode": "POINT_IN_TIME_CONSISTENT"}, {"Mtime": "NONE"})
_REFUSED: Final[Mapping[str, tuple[Mapping[str, str], ...]]] = {
    "BASIC": _BASIC,
    "ENHANCED": _ENHANCED,
}
"""By mode: combinations that DataSync refuses; any mode refuses the next."""
_ALWAYS_REFUSED: Final = ({"TransferMode": "ALL", "PreserveDeletedFiles": "REMOVE"},)
_ENHANCED_LOGS: Final = "log-group:/aws/datasync"
"""The only log group of an ENHANCED task."""

Path = tuple[str, ...]
_EXPRESSION: Final = re.compile(r"[\w\s*?,|^/#()+-]*", re.ASCII)
"""The characters of a schedule, as in DataSync's model."""
_LOG_GROUP: Final = re.compile(r"log-group:[\w.\-/#]{1,512}(:\*)?", re.ASCII)

Options = Mapping[str, str | int]


def check_options(options: Options, path: Path) -> None:
    """Raises Invalid for values that no mover allows."""
    for name, value in options.items():
        if name == "BytesPerSecond":
            check_bandwidth(int(value), (*path, _member(name)))
        elif value not in WORDS[name]:
            shown = str(value)[:40]
            text = f"'{shown}' is not one of {', '.join(WORDS[name])}."
            raise Invalid(text, path=(*path, _member(name)))


def check_bandwidth(bytes_per_second: int, path: Path = ("bytesPerSecond",)) -> None:
    """Raises Invalid for a number that is neither a limit nor -1."""
    if bytes_per_second != UNLIMITED and bytes_per_second < 1:
        raise Invalid(
            f"{bytes_per_second} is not a bandwidth. Use a positive number of bytes per second, "
            f"or {UNLIMITED} for no limit.",
            path=path,
        )


def check_combination(given: Options, own: Options, mode: str, path: Path) -> None:
    """Raises Invalid for options that contradict each other, or the mover's own."""
    options = {**own, **given}
    for refused in (*_ALWAYS_REFUSED, *_REFUSED.get(mode, ())):
        named = [name for name in refused if name in given]
        if named and all(options.get(name) == value for name, value in refused.items()):
            combined = " with ".join(f"{_member(name)} {value}" for name, value in refused.items())
            raise Invalid(
                f"DataSync refuses {combined} in {mode} mode. What is absent here is as the "
                f"{'new mover would have it' if own is DEFAULTS else 'mover has it'}.",
                path=(*path, _member(named[0])),
                reason=InvalidReason.DUPLICATE if len(refused) > 1 else None,
            )


def check_filter(patterns: tuple[str, ...], path: Path) -> None:
    """Raises Invalid. The path ends with the filter, ``includes`` or ``excludes``."""
    if len("|".join(patterns)) > LONGEST_FILTER:
        raise Invalid(
            f"The patterns of a filter may have {LONGEST_FILTER} characters together.",
            path=path,
            reason=InvalidReason.TOO_LONG,
        )
    for index, pattern in enumerate(patterns):
        wrong = _wrong(pattern, path[-1])
        if wrong is not None:
            text = f"'{pattern[:80]}' is not a pattern: {wrong}."
            raise Invalid(text, path=(*path, str(index)))


def check_schedule(expression: str, path: Path) -> None:
    """Raises Invalid for what is neither ``rate(..)`` nor ``cron(..)``, or runs too often.

    A ``cron(..)`` that is not understood may be one that DataSync understands.
    """
    found = parse(expression)
    known = found.rate or len(found.fields) in {5, 6}
    if len(expression) > LONGEST or not (known and _EXPRESSION.fullmatch(expression)):
        raise Invalid(
            f"'{expression[:80]}' is no schedule. Use `rate(n hours)`, `rate(n days)`, or "
            "`cron(..)` with the five fields of Unix or the six of EventBridge.",
            path=path,
        )
    if found.too_often:
        problem = ScheduleProblem.TOO_OFTEN.value
        raise Invalid(
            f"'{expression[:80]}' is {problem}: there has to be an hour between two runs.",
            path=path,
        )


def check_log_group(arn: str, mode: str | None, path: Path) -> None:
    """Raises Invalid for anything but a log group that a task in that mode may have."""
    parsed = names.arn(arn, path=path)
    if parsed.service != "logs" or not _LOG_GROUP.fullmatch(parsed.resource):
        raise Invalid(f"'{arn[:80]}' is not the ARN of a log group.", path=path)
    if mode == "ENHANCED" and parsed.resource.removesuffix(":*") != _ENHANCED_LOGS:
        raise Invalid("In ENHANCED mode the log group is '/aws/datasync' always.", path=path)


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
