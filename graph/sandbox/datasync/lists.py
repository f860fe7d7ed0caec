"""Filters and pages of the service's lists."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar

from graph.sandbox.datasync.errors import InvalidRequestException

MOST: Final = 100


class Numbered(Protocol):
    @property
    def serial(self) -> int: ...


T = TypeVar("T", bound=Numbered)

_OPERATORS: Final[dict[str, Callable[[Any, list[Any]], bool]]] = {
    "Equals": lambda x, v: x == v[0],
    "NotEquals": lambda x, v: x != v[0],
    "In": lambda x, v: x in v,
    "LessThan": lambda x, v: x < v[0],
    "LessThanOrEqual": lambda x, v: x <= v[0],
    "GreaterThan": lambda x, v: x > v[0],
    "GreaterThanOrEqual": lambda x, v: x >= v[0],
    "Contains": lambda x, v: any(y in x for y in v),
    "NotContains": lambda x, v: not any(y in x for y in v),
    "BeginsWith": lambda x, v: any(x.startswith(y) for y in v),
}


def page(items: list[T], limit: int | None, token: str | None) -> tuple[list[T], str | None]:
    """Paged in order of creation, so that pages stay correct while resources come and go."""
    after = _serial(token) if token else 0
    rest = [item for item in items if item.serial > after]
    chosen = rest[: min(limit or MOST, MOST)]
    if len(chosen) == len(rest):
        return chosen, None
    return chosen, base64.urlsafe_b64encode(b"%d" % chosen[-1].serial).decode()


def filtered(
    items: list[T], rules: list[dict[str, Any]] | None, getters: dict[str, Callable[[T], list[Any]]]
) -> list[T]:
    """The items that pass every rule; ``getters`` return the value for the name of a filter."""
    for rule in rules or []:
        items = _passing(items, rule, getters)
    return items


def _passing(
    items: list[T], rule: dict[str, Any], getters: dict[str, Callable[[T], list[Any]]]
) -> list[T]:
    name, operator = rule["Name"], rule["Operator"]
    getter, test = getters.get(name), _OPERATORS.get(operator)
    if getter is None or test is None:
        raise InvalidRequestException(f"Filter {name} {operator} is not valid.")
    wanted: list[Any] = rule["Values"]
    if name == "CreationTime":
        wanted = [_moment(value) for value in wanted]
    combine = all if operator.startswith("Not") else any
    return [item for item in items if combine(test(value, wanted) for value in getter(item))]


def _moment(text: str) -> datetime:
    """A time, in UTC unless it says otherwise."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequestException(f"CreationTime {text} is not valid.") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _serial(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token))
    except (ValueError, binascii.Error):
        raise InvalidRequestException("NextToken is not valid.") from None
