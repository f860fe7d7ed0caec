"""Each limit decides: what is exactly at it is served, and one more is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Final

import pytest

from graph.model.price import Price
from graph.transport import QueryLimits, make_schema
from graph.transport.execution.request import Operation, OperationRequest, RequestError
from tests.transport.small import Mutation, Query

MANY: Final = 9
"""Fewer than the default of any limit."""
CASES: Final[dict[str, Callable[[int], str]]] = {
    "characters": "{ hello }".ljust,
    "tokens": lambda n: f"{{ {'hello ' * (n - 2)}}}",
    "operations": lambda n: " ".join(f"query q{i} {{ hello }}" for i in range(n)),
    "depth": lambda n: "{ again(first: 1) " * (n - 1) + "{ hello }" + " }" * (n - 1),
    "aliases": lambda n: f"{{ {' '.join(f'a{i}: hello' for i in range(n))} }}",
    "directives": lambda n: f"{{ {'hello @skip(if: false) ' * n}}}",
    "literals": lambda n: f"{{ {'hello(first: 1) ' * n}}}",
    "fields": lambda n: f"{{ {'hello ' * n}}}",
    "cost": lambda n: f"{{ {' '.join(f'a{i}: hello' for i in range(n))} }}",
    "calls": lambda n: f"{{ {' '.join(f'a{i}: coded' for i in range(n))} }}",
    "values": lambda n: f"{{ {' '.join(f'a{i}: hello(first: 1)' for i in range(n))} }}",
    "mutations": lambda n: f"mutation {{ {' '.join(f'a{i}: change' for i in range(n))} }}",
    "introspection": lambda n: f'{{ __type(name: "Query") {{ {aliased(n - 1, "name")} }} }}',
}
"""By limit: a document that reaches it."""
PRICES: Final = {"Query.coded": Price(1)}
OTHERS: Final = {"overlaps", "default_page", "default_list", "errors", "kept_characters"}
"""The first counts pairs, the rest bound no document."""


def aliased(number: int, field: str) -> str:
    return " ".join(f"a{i}: {field}" for i in range(number))


def prepared(text: str, **limits: int) -> Operation:
    schema = make_schema(
        query=Query, mutation=Mutation, limits=QueryLimits(**limits), prices=PRICES
    )
    name = "q0" if "q0" in text else None
    return schema.prepare(OperationRequest(text, {}, name, "ann", "r-1"))


def test_every_limit_is_tested() -> None:
    assert CASES.keys() | OTHERS == {field.name for field in fields(QueryLimits)}


@pytest.mark.parametrize("limit", CASES)
def test_a_document_at_a_limit_is_served_and_one_beyond_is_not(limit: str) -> None:
    assert prepared(CASES[limit](MANY), **{limit: MANY}).definition
    with pytest.raises(RequestError) as raised:
        prepared(CASES[limit](MANY + 1), **{limit: MANY})
    (error,) = raised.value.errors
    assert (error.extensions or {})["code"] == "TOO_COSTLY"
    assert str(MANY) in error.message
    assert prepared(CASES[limit](MANY + 1)).definition  # nothing else is in its way


@pytest.mark.parametrize("fields_of_one_key", [2, 5, 9])
def test_the_fields_of_one_key_are_compared_in_pairs(fields_of_one_key: int) -> None:
    text = f"{{ {'hello ' * fields_of_one_key}}}"
    pairs = fields_of_one_key * (fields_of_one_key - 1) // 2
    assert prepared(text, overlaps=pairs).definition
    with pytest.raises(RequestError, match="too many times"):
        prepared(text, overlaps=pairs - 1)


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("default_page", "{ again(first: null) { hello } }"),
        ("default_list", "{ all { hello } }"),
    ],
)
def test_a_list_of_unknown_size_costs_as_much_as_one_of_the_assumed_size(
    limit: str, text: str
) -> None:
    costs = {}
    for assumed in (2, 5, 6):  # the default is 2
        costs[assumed] = next(
            cost for cost in range(1_000) if is_served(text, cost=cost, **{limit: assumed})
        )
    each = costs[6] - costs[5]
    assert each > 0
    assert costs[5] - costs[2] == 3 * each


def is_served(text: str, **limits: int) -> bool:
    try:
        prepared(text, **limits)
    except RequestError:
        return False
    return True


@pytest.mark.parametrize("most", [1, 3])
def test_as_many_errors_are_reported_as_the_limit_says(most: int) -> None:
    with pytest.raises(RequestError) as raised:
        prepared("{ a b c d e }", errors=most)
    assert len(raised.value.errors) == most
