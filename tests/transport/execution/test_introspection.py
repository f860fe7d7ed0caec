"""Introspection is counted by the size of its answer."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    execute_sync,
    get_introspection_query,
    parse,
)

from graph.transport import QueryLimits
from graph.transport.execution import cost
from graph.transport.execution.documents import chosen, root_fields
from graph.transport.execution.introspection import Introspection
from tests.transport.small import SCHEMA, code_of


async def test_all_of_a_schema_may_be_asked_for_once() -> None:
    assert await code_of(get_introspection_query()) is None


TYPES = "__schema { types { name fields { name args { name } type { name } } } }"


NAMED = "{ name fields { name args { name } } }"


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        (f"{{ {TYPES} }}", False),
        (f"{{ {' '.join(f'a{n}: {TYPES}' for n in range(9))} }}", True),
        (
            f"{{ ...A b: again {{ ...A }} c: again {{ ...A }} }} fragment A on Query {{ {TYPES} }}",
            True,
        ),
        (f"{{ again(first: 100) {{ {TYPES} }} }}", True),
        (f'{{ again(first: 10) {{ __type(name: "Query") {NAMED} }} }}', False),
        (f'{{ again(first: 100) {{ __type(name: "Query") {NAMED} }} }}', True),
        (f"query($n: String!) {{ __type(name: $n) {NAMED} }}", False),
        (
            f"query($n: String!) {{ a: __type(name: $n) {NAMED} ...B }} {'fragment B on Query {'}"
            + " ".join(f"b{n}: __type(name: $n) {NAMED}" for n in range(9))
            + " }",
            True,
        ),
    ],
)
def test_introspection_is_counted_by_its_answer(query: str, refused: bool) -> None:  # noqa: FBT001
    document = parse(query)
    limits = QueryLimits(introspection=1_000)
    expected = (
        pytest.raises(GraphQLError, match=r"fields of the schema|once")
        if refused
        else nullcontext()
    )
    with expected:
        cost.check_cost(SCHEMA.core, document, chosen(document, None), {"n": "Query"}, limits)


ONE = "__schema { queryType { name } }"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"{{ {ONE} }}", None),
        (f"{{ a: {ONE} }}", None),
        (f"{{ {ONE} {ONE} }}", "TOO_COSTLY"),
        (f"{{ a: {ONE} b: {ONE} }}", "TOO_COSTLY"),
        (f"{{ {ONE} ... on Query {{ other: {ONE} }} }}", "TOO_COSTLY"),
        (f"{{ ...F other: {ONE} }} fragment F on Query {{ {ONE} }}", "TOO_COSTLY"),
        (f"{{ ...F ...F }} fragment F on Query {{ {ONE} }}", "TOO_COSTLY"),
        (
            f'{{ {ONE} a: __type(name: "Query") {{ name }} b: __type(name: "Own") {{ name }} }}',
            None,
        ),
    ],
)
async def test_the_schema_is_selected_once_at_most(query: str, code: str | None) -> None:
    assert await code_of(query) == code


def test_the_size_of_an_answer_to_introspection_is_that_of_the_answer() -> None:
    document = parse(get_introspection_query())
    fragments = {
        d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
    }
    (field,) = root_fields(document, chosen(document, None))
    counted = Introspection(SCHEMA.core, fragments, 10**6).size(field)
    assert counted == fields_of(execute_sync(SCHEMA.core, document).data)


def fields_of(value: Any) -> int:
    if isinstance(value, dict):
        return sum(1 + fields_of(each) for each in value.values())
    return sum(map(fields_of, value)) if isinstance(value, list) else 0
