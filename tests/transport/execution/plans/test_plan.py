"""A plan: what it completes, what it leaves to graphql-core, and when it is dropped."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from graphql import FieldNode, GraphQLOutputType, OperationDefinitionNode, VariableValues, parse

from graph.transport.execution.plans.outcomes import Fallback
from graph.transport.execution.plans.plan import Bound, Plan, compile_plan
from tests.differential.everything import SCHEMA, Grid, Leaf

CONTEXT = SimpleNamespace(told="told")


def plan(name: str, text: str) -> Plan:
    operation = parse(text).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    node = operation.selection_set.selections[0]
    assert isinstance(node, FieldNode)
    kind: Any = SCHEMA.core.get_type(name)
    made = compile_plan(SCHEMA.core, {}, kind, [node])
    assert made is not None
    return made


def bound(name: str, text: str, **variables: object) -> Bound:
    return Bound(SCHEMA.core, plan(name, text), VariableValues({}, variables), CONTEXT)


def leaf(**given: Any) -> Leaf:
    usual: dict[str, Any] = {
        "number": 1,
        "ratio": None,
        "ok": True,
        "size": None,
        "sizes": [],
        "at": None,
    }
    return Leaf(**{"name": "n", "arn": "a", "big": None, "code": "c"} | usual | given)


def test_an_object_is_completed_in_the_order_of_the_document() -> None:
    done = bound("Leaf", "{ x { ratio name __typename b: twice told } }").complete(leaf())
    assert list(done.items()) == [
        ("ratio", None),
        ("name", "n"),
        ("__typename", "Leaf"),
        ("b", 2),
        ("told", "n told"),
    ]


@pytest.mark.parametrize(("included", "keys"), [(True, ["ok", "name"]), (False, ["name", "ok"])])
def test_variables_decide_what_is_included(included: bool, keys: list[str]) -> None:  # noqa: FBT001
    text = "query($x: Boolean!) { x { ok @include(if: $x) name ok } }"
    assert list(bound("Leaf", text, x=included).complete(leaf())) == keys


def test_a_variable_that_is_null_is_left_to_graphql_core() -> None:
    with pytest.raises(Fallback) as raised:
        bound("Leaf", "query($x: Boolean = true) { x { ok @include(if: $x) } }", x=None)
    assert raised.value.reason == "variable"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (SimpleNamespace(name="n"), "class"),
        (leaf(name=None), "null"),
        (leaf(name=ValueError("x")), "value"),
    ],
)
def test_what_is_unusual_is_left_to_graphql_core(value: object, reason: str) -> None:
    with pytest.raises(Fallback) as raised:
        bound("Leaf", "{ x { name } }").complete(value)
    assert raised.value.reason == reason


def test_so_is_a_value_with_too_much_in_it() -> None:
    text = "{ x { numbers leaves { name } } }"
    with pytest.raises(Fallback) as raised:
        bound("Grid", text).complete(Grid(numbers=[[1] * 20_000], some=None, leaves=[]))
    assert raised.value.reason == "large"


def test_a_plan_that_is_of_no_use_is_dropped() -> None:
    made = plan("Leaf", "{ x { name } }")
    for _ in range(7):
        made.failed()
    assert not made.dropped
    made.failed()
    assert made.dropped


def test_a_plan_that_is_useful_most_times_is_kept() -> None:
    made = plan("Leaf", "{ x { name } }")
    for number in range(1_000):
        made.failed() if number % 6 == 0 else made.succeeded()
    assert not made.dropped


def test_the_items_of_a_list_are_completed_together() -> None:
    assert SCHEMA.core.query_type is not None
    kind: GraphQLOutputType = SCHEMA.core.query_type.fields["late"].type.of_type
    operation = parse("{ x { name } }").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    node = operation.selection_set.selections[0]
    assert isinstance(node, FieldNode)
    made = compile_plan(SCHEMA.core, {}, kind, [node])
    assert made is not None
    items = [leaf(), None, leaf(name="m")]
    completed = Bound(SCHEMA.core, made, VariableValues({}, {}), CONTEXT).complete(items)
    assert completed == [{"name": "n"}, None, {"name": "m"}]
