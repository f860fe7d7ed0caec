"""Objects become dictionaries with any response keys, in the order of the document."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, parse

from graph.transport.execution.plans.selections import Selected
from graph.transport.execution.plans.writer import Writer
from tests.differential.everything import SCHEMA, Leaf
from tests.differential.faults import built

MANY = [f"a{n}" for n in range(40)]
KEYS = [
    ["a"],
    ["b", "a"],
    MANY[:5],
    MANY[6:0:-1],
    MANY[:30],
    MANY[:31],
    [*MANY[:6], "class", "None", "is", "match", "self"],
    [*MANY[:6], "__dict__", "__class__", "_", "__slots__"],
    [*MANY[:6], "n", "d", "o", "x", "add", "done", "v1", "usual", "Fallback"],
]


@pytest.mark.parametrize("keys", KEYS, ids=lambda keys: f"{len(keys)} to {keys[-1]}")
def test_any_response_key_is_a_key(keys: list[str]) -> None:
    found = completed(" ".join(f"{key}: name" for key in keys))
    assert list(found.items()) == [(key, "a leaf") for key in keys]
    assert found.__class__ is dict


def test_each_object_has_a_dictionary_of_its_own() -> None:
    complete = function(" ".join(f"{key}: name" for key in MANY[:10]))
    one, other = complete(leaf()), complete(leaf())
    one["a0"], one["further"] = "changed", "added"
    assert other == dict.fromkeys(MANY[:10], "a leaf")


def completed(selection: str) -> dict[str, object]:
    return function(selection)(leaf())


def leaf() -> Any:
    return built(Leaf, Random(1), name="a leaf")  # noqa: S311 - a test


def function(selection: str) -> Callable[[Any], dict[str, object]]:
    """What is compiled for objects of the type Leaf."""
    (operation,) = parse(f"{{ {selection} }}").definitions
    kind = SCHEMA.core.get_type("Leaf")
    assert isinstance(operation, OperationDefinitionNode)
    assert isinstance(kind, GraphQLObjectType)
    writer = Writer(SCHEMA.core, {})
    top = writer.object_function(kind, [Selected(operation.selection_set)]).name
    exec(writer.source(top), writer.globals)  # noqa: S102 - what is tested
    bound: Callable[[Any], dict[str, object]] = writer.globals["bind"]({}, None, None, None, None)
    return bound
