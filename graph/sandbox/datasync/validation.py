"""Validation of requests: by the service's model, and by rules that it does not contain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from graph.aws.client.service_models import datasync_model
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.location_rules import check_location

Params = dict[str, Any]

_HOUR: Final = {"minute": 60, "minutes": 60, "hour": 1, "hours": 1, "day": 1, "days": 1}
"""The smallest number of each unit that makes an hour."""
_RATE: Final = re.compile(r"rate\((\d+) (\w+)\)")
_CRON: Final = re.compile(r"cron\((\d{1,2})((?: [^ ]+){4,5})\)")
"""With a single minute: a list, a range or a step of minutes runs more often than once an hour."""

_SPACES: Final = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""``\\p{Zs}`` within a character class."""


def check(operation: str, params: Params) -> None:
    """Raises InvalidRequestException with the first thing that is wrong with a request."""
    if operation not in _model().operation_names:
        raise NotImplementedError(operation)
    shape = _model().operation_model(operation).input_shape
    for what in _wrong(shape, params, ""):
        raise InvalidRequestException(f"1 validation error detected: {what}")
    for name in ("Includes", "Excludes"):
        for rule in params.get(name) or ():
            _check_filter(name, rule.get("Value") or "")
    if schedule := params.get("Schedule"):
        _check_schedule(schedule["ScheduleExpression"])
    check_location(operation, params)


def _wrong(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Every constraint of the service's model that a value breaks, as the service words it."""
    if shape.type_name == "structure":
        for name in shape.metadata.get("required", ()):
            if value.get(name) is None:
                yield _text(None, _at(path, name), "Member must not be null")
        for name, given in value.items():
            if name in shape.members and given is not None:
                yield from _wrong(shape.members[name], given, _at(path, name))
        return
    shown = "<hidden>" if shape.metadata.get("sensitive") else value
    for key, (breaks, must) in _CONSTRAINTS.items():
        bound = shape.metadata.get(key)
        if bound is not None and breaks(value, bound):
            yield _text(shown, path, must.format(bound, _measure(value)))
    if shape.type_name == "list":
        for index, item in enumerate(value, 1):
            yield from _wrong(shape.member, item, f"{path}.{index}.member")


@cache
def _pattern(given: str) -> re.Pattern[str]:
    """Translates the model's patterns from Java, which has character classes that Python lacks."""
    spaces = given.replace(r"\p{Zs}", _SPACES).replace(r"\z", r"\Z")
    return re.compile(re.sub(r"\\p\{\w+\}", r"\\w\\W", spaces))


_CONSTRAINTS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "enum": (lambda x, bound: x not in bound, "Member must satisfy enum value set: {0}"),
    "min": (lambda x, bound: _size(x) < bound, "Member must have {1} greater than or equal to {0}"),
    "max": (lambda x, bound: _size(x) > bound, "Member must have {1} less than or equal to {0}"),
    "pattern": (
        lambda x, bound: isinstance(x, str) and not _pattern(bound).fullmatch(x),
        "Member must satisfy regular expression pattern: {0}",
    ),
}


def _size(value: Any) -> float:
    return value if isinstance(value, int | float) else len(value)


def _measure(value: Any) -> str:
    return "value" if isinstance(value, int | float) else "length"


def _check_filter(name: str, value: str) -> None:
    for pattern in value.split("|"):
        if not pattern.startswith("/") and not (name == "Excludes" and pattern.startswith("*")):
            raise InvalidRequestException(f"Invalid filter: {pattern} has to begin with a slash.")
        if name == "Includes" and "*" in pattern[:-1]:
            raise InvalidRequestException(
                f"Invalid filter: {pattern} may have a * only as its last character."
            )


def _check_schedule(expression: str) -> None:
    """An empty expression removes the schedule."""
    rate, cron = _RATE.fullmatch(expression), _CRON.fullmatch(expression)
    if rate and rate[2] in _HOUR:
        if int(rate[1]) >= _HOUR[rate[2]]:
            return
    elif not expression or cron:
        return
    raise InvalidRequestException(
        f"Invalid schedule expression {expression}: it has to be a cron or rate expression with "
        "an interval of at least one hour."
    )


def _text(value: Any, path: str, must: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {must}"


def _at(path: str, name: str) -> str:
    lowered = name[0].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


@cache
def _model() -> Any:
    return datasync_model()
