"""The cost of an operation, by the values that its variables really have."""

from __future__ import annotations

from typing import Any

import pytest

from graph.transport import QueryLimits
from graph.transport.execution import cost, executor
from tests.transport.small import code_of, execute

PAGE = "query($n: Int{default}) {{ again(first: $n) {{ again(first: $n) {{ hello }} }} }}"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ again(first: 1000000000) { again(first: 1000000000) { hello } } }", {}),
        ("{ again(last: 1000000) { hello } }", {}),
        ("{ again(first: 1, last: 1000000) { hello } }", {}),
        ("{ again(last: 1, first: 1000000) { hello } }", {}),
        (PAGE.format(default=""), {"n": 1000}),
        (PAGE.format(default=""), {"n": 1e9}),
        (PAGE.format(default=""), {"n": 1e300}),
        (PAGE.format(default=" = 1000000"), {}),
        (PAGE.format(default=" = 1"), {"n": 1000000}),
        ("query($n: Int = 1000000) { ...A } fragment A on Query { again(last: $n) { hello } }", {}),
        ("{ some(ids: [%s]) { again(first: 100) { hello } } }" % ("1 " * 300), {}),
        (
            "query($i: [ID!]!) { some(ids: $i) { again(first: 100) { hello } } }",
            {"i": ["1"] * 300},
        ),
        ("query($i: ID!) { some(ids: [$i, $i]) { again(first: 10000) { hello } } }", {"i": "1"}),
        ("{ all { all { all { all { all { hello } } } } } }", {}),
    ],
)
async def test_an_operation_that_may_cost_too_much_is_not_executed(
    query: str, variables: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unwanted(*_given: Any) -> None:
        raise AssertionError("it was executed")

    monkeypatch.setattr(executor, "execute", unwanted)
    assert await code_of(query, variables) == "TOO_COSTLY"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ again(first: 100) { again(first: 100) { hello } } }", {}),
        ("{ again(first: null) { hello } }", {}),
        ("{ again(first: 0) { hello } }", {}),
        (PAGE.format(default=""), {}),
        (PAGE.format(default=""), {"n": 100}),
        (PAGE.format(default=" = 1000000"), {"n": 1}),
        (PAGE.format(default=" = 1000000"), {"n": None}),
        ("query($i: [ID!]!) { some(ids: $i) { hello } }", {"i": ["1"] * 300}),
        ("query A { hello } query B($n: Int = 1000000) { again(first: $n) { hello } }", None),
    ],
)
async def test_an_operation_within_its_cost_is_executed(
    query: str, variables: dict[str, Any] | None
) -> None:
    if variables is None:
        result = await execute(query, {}, operation_name="A")
        assert not result.errors
    else:
        assert await code_of(query, variables) is None


@pytest.mark.parametrize("given", ["7", True, [1], {"a": 1}, 1.5, 2**31, -(2**31) - 1])
async def test_a_size_that_is_no_number_is_the_clients_mistake(given: Any) -> None:
    query = "query($n: Int) { again(first: $n) { hello } }"
    assert await code_of(query, {"n": given}) in ("GRAPHQL_INVALID", "TOO_COSTLY")


@pytest.mark.parametrize(
    "query",
    [
        "{ again(first: {}) { hello } }",
        "query($n: Int = {}) { again(first: $n) { hello } }",
        "query($n: Float = {}) { hello }",
    ],
)
async def test_a_number_of_5000_digits_is_the_clients_mistake(query: str) -> None:
    assert await code_of(query.replace("{}", "9" * 5_000)) in ("GRAPHQL_INVALID", None)


async def test_the_cost_is_computed_for_each_request_of_a_known_text() -> None:
    query = PAGE.format(default="")
    assert await code_of(query, {"n": 2}) is None
    assert await code_of(query, {"n": 2000}) == "TOO_COSTLY"
    assert await code_of(query, {"n": 2}) is None


def test_the_sizes_of_pages_have_the_names_of_relays_specification() -> None:
    assert cost._PAGES == ("first", "last")


@pytest.mark.parametrize("uses", [1, 5])
@pytest.mark.parametrize("nested", [False, True], ids=["the argument", "in a literal"])
async def test_each_use_of_a_variable_counts_its_values(uses: int, nested: bool) -> None:  # noqa: FBT001
    argument = "[$i, $i]" if nested else "$i"
    kind = "ID!" if nested else "[ID!]!"
    fields = " ".join(f"a{n}: some(ids: {argument}) {{ hello }}" for n in range(uses))
    query = f"query($i: {kind}) {{ {fields} }}"
    for values, code in ((QueryLimits().values // uses, "TOO_COSTLY"), (20, None)):
        given = "x" * (100 * values) if nested else ["1"] * values
        assert await code_of(query, {"i": given}) == code


@pytest.mark.parametrize(
    "query",
    [
        "query($i: [ID!]!) { a: again { ...G } b: again { ...G } } "  # noqa: ISC004 - one text
        "fragment G on Query { some(ids: $i) { hello } }",
        "query($i: [ID!]!) { again(first: 5) { some(ids: $i) { hello } } }",
        "query($i: [ID!]! = [%s]) { some(ids: $i) { hello } }" % ("1 " * 400),
    ],
    ids=["in fragments", "below a list", "a default"],
)
async def test_a_use_counts_as_often_as_it_is_executed(query: str) -> None:
    limits = QueryLimits()
    given = {} if "= [" in query else {"i": ["1"] * (limits.values // 2)}
    assert await code_of(query, given) == ("TOO_COSTLY" if given else None)


@pytest.mark.parametrize("fragment", [False, True])
async def test_an_operation_has_few_mutations(fragment: bool) -> None:  # noqa: FBT001
    for many, code in (
        (QueryLimits().mutations, None),
        (QueryLimits().mutations + 1, "TOO_COSTLY"),
    ):
        fields = " ".join(f"a{n}: change" for n in range(many))
        query = f"mutation {{ ...A }} fragment A on Mutation {{ {fields} }}"
        assert await code_of(query if fragment else f"mutation {{ {fields} }}") == code
