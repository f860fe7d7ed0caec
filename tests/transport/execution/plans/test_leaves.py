"""Leaf values are serialized as graphql-core does, or left to it."""

from __future__ import annotations

import math
import sys
from typing import Any

import pytest
from graphql import GraphQLFloat, GraphQLInt, GraphQLLeafType, GraphQLScalarType, GraphQLString
from graphql.pyutils import Undefined

from graph.model.plain import unchanged
from graph.transport.execution.plans.leaves import serializer, test_of
from graph.transport.execution.plans.outcomes import Fallback

test_of.__test__ = False  # type: ignore[attr-defined]


@unchanged(int, -5, 5)
def small(value: object) -> object:
    return value


SMALL = GraphQLScalarType("Small", coerce_output_value=small)


def passes(kind: GraphQLLeafType, value: object) -> bool:
    test = test_of(kind)
    assert test is not None
    return bool(eval(test.format(first="(x := value)", again="x"), {"value": value}))  # noqa: S307


@pytest.mark.parametrize(
    ("kind", "value", "same"),
    [
        (GraphQLString, "x", True),
        (GraphQLString, 1, False),
        (GraphQLString, None, False),
        (GraphQLInt, 2**30 - 1, True),
        (GraphQLInt, 1 - 2**30, True),
        (GraphQLInt, 2**31, False),
        (GraphQLInt, True, False),
        (GraphQLFloat, sys.float_info.max, True),
        (GraphQLFloat, -sys.float_info.max, True),
        (GraphQLFloat, 1, False),
        (GraphQLFloat, math.nan, False),
        (GraphQLFloat, -math.inf, False),
        (SMALL, 5, True),
        (SMALL, 6, False),
    ],
)
def test_only_what_is_serialized_to_itself_passes_the_test(
    kind: GraphQLLeafType, value: object, *, same: bool
) -> None:
    assert passes(kind, value) is same


def test_a_scalar_that_says_nothing_has_no_test() -> None:
    assert test_of(GraphQLScalarType("Other")) is None


def test_other_values_are_serialized() -> None:
    assert serializer(GraphQLString, nullable=False)(7) == "7"
    assert serializer(GraphQLInt, nullable=False)(2**31 - 1) == 2**31 - 1
    assert serializer(GraphQLString, nullable=True)(None) is None


@pytest.mark.parametrize("value", [None, Undefined, ValueError("x")])
def test_what_is_no_value_is_left_to_graphql_core(value: Any) -> None:
    with pytest.raises(Fallback):
        serializer(GraphQLString, nullable=False)(value)


async def test_an_awaitable_is_left_to_graphql_core() -> None:
    async def later() -> str:
        return "x"

    coroutine = later()
    with pytest.raises(Fallback):
        serializer(GraphQLString, nullable=True)(coroutine)
    assert await coroutine == "x"
