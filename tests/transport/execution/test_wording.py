"""Messages about arguments name them, and hold nothing of Python."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.transport.execution.wording import worded
from tests.transport.small import execute

PYTHON: Any = re.compile(r"\bNone\b|\bTrue\b|\bFalse\b|\{'|\['|invalid literal|<class|0x[0-9a-f]+")
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
BAD = "Variable '$a' has invalid value"
NO_INT = "Int cannot represent non-integer value"
NOT_NULL = "Expected 'X!' not to be null"
NO_OBJECT = "Expected 'X' to be an object"
TYPES = ("Int", "Int!", "[Int!]", "String!", "Boolean", "ID!", "Colour", "[[Colour!]!]")


async def messages(query: str, variables: dict[str, Any] | None = None) -> list[str]:
    return [error.message for error in (await execute(query, variables)).errors]


@pytest.mark.parametrize(
    ("query", "argument"),
    [
        ('{ hello(first: "x") }', ["first"]),
        ("{ hello(colour: RED) }", ["colour"]),
        ("{ some(ids: [[1]]) { hello } }", ["ids"]),
        ("{ some(ids: [1, 2, 1.5]) { hello } }", ["ids", "2"]),
        ("{ again { again(last: true) { hello } } }", ["last"]),
        ('{ ... @include(if: "yes") { hello } }', ["if"]),
        ("{ ...F } fragment F on Query { hello(first: []) }", ["first"]),
    ],
)
async def test_an_error_about_a_value_begins_with_its_argument(
    query: str, argument: list[str]
) -> None:
    (error,) = (await execute(query)).errors
    assert error.message.startswith(f"Argument '{argument[0]}")
    assert error.extensions is not None
    found = error.extensions["argument"]
    assert found[: len(argument)] == argument
    assert error.locations


@pytest.mark.parametrize(
    ("query", "variable"),
    [
        ('query($x: Int = "x") { again(first: $x) { hello } }', ["x"]),
        ("query($ids: [ID!] = [1, 1.5]) { some(ids: $ids) { hello } }", ["ids", "1"]),
    ],
)
async def test_an_error_about_a_default_begins_with_its_variable(
    query: str, variable: list[str]
) -> None:
    (error,) = (await execute(query)).errors
    assert error.message.startswith(f"Variable '${'.'.join(variable)}': ")
    assert error.extensions is not None
    assert error.extensions["variable"] == variable
    assert "argument" not in error.extensions


@pytest.mark.parametrize(
    ("kind", "field", "value", "place"),
    [
        ("Int", "hello(first: ", "x", []),
        ("Int!", "hello(first: ", None, []),
        ("Colour", "hello(colour: ", "has invalid value at [7]: ", []),
        ("[ID!]!", "some(ids: ", [1, None], ["1"]),
        ("[ID!]!", "some(ids: ", ["a", "b", {"a": 1}], ["2"]),
    ],
)
@pytest.mark.parametrize("name", ["v", "_7", "longName"])
async def test_an_error_about_a_variable_has_its_name_and_the_place_in_it(
    kind: str, field: str, value: Any, place: list[str], name: str
) -> None:
    query = f"query(${name}: {kind}) {{ {field}${name}) {{ hello }} }}"
    if field.startswith("hello"):
        query = query.replace("{ hello }", "")
    (error,) = (await execute(query, {name: value})).errors
    assert error.extensions is not None
    assert error.extensions["variable"] == [name, *place]


@pytest.mark.parametrize(
    "query",
    [
        "{ nope }",
        "{ hello(nope: 1) }",
        "{ some { hello } }",
        "query($x: Nope) { hello }",
        "query($x: Int!) { hello }",
    ],
)
async def test_an_error_about_something_else_has_no_argument(query: str) -> None:
    for error in (await execute(query, {"x": 1})).errors:
        assert not {"argument", "variable"} & set(error.extensions or {})


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"{BAD}: Int cannot represent non-integer value: [None]", f"{BAD}: {NO_INT}."),
        (f"{BAD} at .value: Expected 'X!' not to be None.", f"{BAD} at .value: {NOT_NULL}."),
        (f"{BAD}: Expected 'X' to be an object, found: 'a\nb'.", f"{BAD}: {NO_OBJECT}."),
        ("Cannot query field 'x'. Did you mean 'y'?", "Cannot query field 'x'."),
        ("the message of somebody else, found: None", "the message of somebody else, found: None"),
    ],
)
def test_values_of_variables_and_suggestions_are_left_out(message: str, expected: str) -> None:
    assert worded(message) == expected


@pytest.mark.parametrize("kind", TYPES)
@given(value=JSON)
async def test_no_message_about_a_variable_has_values_in_pythons_notation(
    kind: str, value: Any
) -> None:
    uses = {"Colour": "hello(colour: $v)", "Int": "hello(first: $v)"}
    query = f"query($v: {kind}) {{ {uses.get(kind.strip('!'), 'hello')} hello }}"
    for message in await messages(query, {"v": value}):
        assert not PYTHON.search(message), message


async def test_a_message_names_the_variable_and_the_place_in_it() -> None:
    query = "query($ids: [ID!]!) { some(ids: $ids) { hello } }"
    (message,) = await messages(query, {"ids": ["a", None]})
    assert message.startswith(
        "Variable '$ids' has invalid value at [1]: Expected value of non-null"
    )
    assert message.endswith(" not to be null.")
