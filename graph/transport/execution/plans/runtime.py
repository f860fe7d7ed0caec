"""What the generated source calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.transport.execution.plans.outcomes import Fallback


class Table(dict[type, Callable[[Any], Any]]):
    """Functions by the class of the object."""

    def __missing__(self, _class: type) -> Callable[[Any], Any]:
        raise Fallback("class")


def truth(variables: Mapping[str, Any], name: str) -> bool:
    """The value of a variable in a directive. Raises Fallback for null, which is an error."""
    value = variables.get(name)
    if not isinstance(value, bool):
        raise Fallback("variable")
    return value


def no_list(value: object) -> None:
    if value is not None:
        raise Fallback("list")


def no_list_not_null(value: object) -> None:
    raise Fallback("null" if value is None else "list")
