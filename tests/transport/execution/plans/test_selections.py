"""Fields are collected as graphql-core does, with the conditions of their directives."""

from __future__ import annotations

import pytest
from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    build_schema,
    parse,
)

from graph.transport.execution.plans.outcomes import Unsupported
from graph.transport.execution.plans.selections import Collected, Selected, collect

SCHEMA = build_schema(
    "interface Named { a: Int b: Int } type Query implements Named { a: Int b: Int q: Query }"
)


def collected(text: str) -> Collected:
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    query = SCHEMA.query_type
    assert isinstance(query, GraphQLObjectType)
    return collect(SCHEMA, fragments, query, [Selected(operation.selection_set)])


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("{ a b a }", ["a", "b"]),
        ("{ b x: a }", ["b", "x"]),
        ("{ a @skip(if: true) b @include(if: true) }", ["b"]),
        ("{ ... on Named { b } ... { a } }", ["b", "a"]),
        ("{ ...F a ...F } fragment F on Query { b }", ["b", "a"]),
    ],
)
def test_keys_are_in_the_order_of_the_document(text: str, order: list[str]) -> None:
    assert [key for key, _ in collected(text).order] == order


def test_a_key_that_may_be_left_out_first_appears_again() -> None:
    found = collected("query($x: Boolean!) { a @include(if: $x) b a b @skip(if: $x) }")
    assert [(key, dict(given)) for key, given in found.order] == [
        ("a", {"x": True}),
        ("b", {}),
        ("a", {}),
    ]


def test_what_contradicts_itself_is_left_out_and_its_variables_are_known() -> None:
    found = collected("query($x: Boolean!) { ... @skip(if: $x) { a @include(if: $x) } b }")
    assert [key for key, _ in found.order] == ["b"]
    assert found.variables == {"x"}


def test_the_conditions_of_a_fragment_hold_for_its_fields() -> None:
    text = "query($x: Boolean!, $y: Boolean!) { ...F @include(if: $x) ...F @include(if: $y) }"
    found = collected(f"{text} fragment F on Query {{ q {{ a }} }}")
    assert [dict(given) for _, given in found.fields["q"].nodes] == [{"x": True}, {"y": True}]
    assert len(found.fields["q"].inner) == 2


def test_other_directives_are_not_supported() -> None:
    with pytest.raises(Unsupported):
        collected("{ a @other }")
