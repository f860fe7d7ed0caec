"""Completes scalars and enums: a test in the generated code, or a call for other values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    is_enum_type,
)
from graphql.pyutils import Undefined
from strawberry.execution import optimized_is_awaitable

from graph.model.plain import unchanged_by
from graph.transport.execution.plans.outcomes import Fallback

_TESTS: Final = {
    GraphQLString: "{first}.__class__ is str",
    GraphQLID: "{first}.__class__ is str",
    GraphQLBoolean: "{first}.__class__ is bool",
    GraphQLInt: "{first}.__class__ is int and {again} >= -1073741823 and {again} <= 1073741823",
    GraphQLFloat: (
        "{first}.__class__ is float "
        "and {again} >= -1.7976931348623157e+308 and {again} <= 1.7976931348623157e+308"
    ),
}
"""Python compares faster in two comparisons than in a chain, and integers of up to 30 bits faster
than others, which are left to the call."""


USUAL: Final = frozenset({str, int, float, bool, datetime})
"""Classes of values that are neither awaitable nor errors."""


def test_of(kind: GraphQLLeafType) -> str | None:
    """An expression that is true for a value that the type serializes to itself.

    The value is evaluated as ``{first}``, and then available as ``{again}``.
    """
    if kind in _TESTS:
        return _TESTS[kind]
    kept = unchanged_by(kind.coerce_output_value)
    if kept is None:
        return None
    test = f"{{first}}.__class__ is {kept.kind.__name__}"
    if kept.low is None or kept.high is None:
        return test
    return f"{test} and {{again}} >= {kept.low:d} and {{again}} <= {kept.high:d}"


def serializer(
    kind: GraphQLLeafType, *, nullable: bool, word: type[Enum] | None = None
) -> Callable[[Any], Any]:
    """A function that serializes any value, after converting it to ``word``. Raises Fallback."""
    coerce = kind.coerce_output_value

    def serialize(value: Any) -> Any:
        if value.__class__ not in USUAL:
            if value is None and nullable:
                return None
            _check(value)
        coerced = coerce(value if word is None else word(value))
        if coerced.__class__ not in USUAL:
            _check(coerced)
        return coerced

    return serialize


def _check(value: object) -> None:
    """Raises Fallback for what cannot be a leaf."""
    if value is None:
        raise Fallback("null")
    if value is Undefined or isinstance(value, Exception) or optimized_is_awaitable(value):
        raise Fallback("value")


def members_of(kind: GraphQLLeafType) -> tuple[type[Enum], dict[Any, str]] | None:
    """The class of an enum, and the names that its members have in GraphQL by their values."""
    if not is_enum_type(kind):
        return None
    members = getattr(kind, "wrapped_cls", None)  # set by Strawberry
    if not isinstance(members, type) or not issubclass(members, Enum):
        return None
    return members, names_by_value(kind)


def names_by_value(kind: GraphQLEnumType) -> dict[Any, str]:
    """The first name of each value, as Strawberry serializes it."""
    names: dict[Any, str] = {}
    for name, value in kind.values.items():
        names.setdefault(value.value, name)
    return names
