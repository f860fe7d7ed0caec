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
from graph.transport.execution.plans.dictionaries import Expression, Leaf
from graph.transport.execution.plans.outcomes import Fallback, Unsupported

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


NewGlobal = Callable[[str, object], str]
"""Names an object, which the source can use; the name has a prefix."""
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


def leaf(
    kind: GraphQLLeafType,
    source: str,
    new_global: NewGlobal,
    word: type[Enum] | None,
    *,
    nullable: bool,
) -> Expression:
    """Completes the value of the expression ``source``, after converting it to ``word``.

    Raises Unsupported for a word of another enum.
    """
    first, again = once(source)
    slow = new_global("s", serializer(kind, nullable=nullable, word=word))
    members = members_of(kind)
    if word is not None:
        if members is None or members[0] is not word:
            raise Unsupported("a word of another enum")
        return Expression(f"({new_global('e', members[1])}.get({first}) or {slow}({again}))", 1)
    if members is not None:
        enum, names = new_global("k", members[0]), new_global("e", members[1])
        known = f"{names}.get({again}._value_) or {slow}({again})"
        return Expression(f"(({known}) if {first}.__class__ is {enum} else {slow}({again}))", 1)
    test = test_of(kind)
    if test is None:
        coerced = f"(z := {new_global('s', kind.coerce_output_value)}({again}))"
        known = f"{first}.__class__ in usual and {coerced}.__class__ in usual"
        return Expression(f"(z if {known} else {slow}({again}))", 1)
    if nullable:
        test = f"{test} or {{again}} is None"
    text = f"({again} if {test.format(first=first, again=again)} else {slow}({again}))"
    return Expression(text, 1, leaf=Leaf(source, test, slow))


def once(source: str) -> tuple[str, str]:
    """A source for its first use and for those that follow, so that it is evaluated once."""
    return (source, source) if source.isidentifier() else (f"(x := {source})", "x")
