"""Resolvers that are called directly get what graphql-core and Strawberry pass to them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import FieldNode, OperationDefinitionNode, VariableValues, parse
from strawberry.extensions import FieldExtension

from graph.transport import make_schema
from graph.transport.execution.plans.direct import Direct, direct_of
from graph.transport.execution.plans.outcomes import Fallback
from tests.differential.comparison import compare

NONE = VariableValues({}, {})


@strawberry.enum
class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@strawberry.input
class Wanted:
    sizes: list[Size]
    most: int | None = 7


class Around(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: Any, **given: Any) -> Any:
        return next_(source, info, **given)


@strawberry.type
class Item:
    name: str

    @strawberry.field
    def told(self, info: strawberry.Info[Any, None], number: int = 3, in_camels: str = "") -> str:
        return f"{self.name} {info.context} {info.field_name} {number!r} {in_camels!r}"

    @strawberry.field
    async def later(self, size: Size = Size.LARGE, wanted: Wanted | None = None) -> str | None:
        if wanted is not None:
            wanted.most = (wanted.most or 0) + 1
            wanted.sizes.append(Size.SMALL)
        return f"{size!r} {wanted!r}"

    @strawberry.field
    def many(self, numbers: list[int] = [1]) -> list[int]:  # noqa: B006 - Strawberry's default
        numbers.append(0)
        return numbers

    @strawberry.field
    def fails(self, number: int | None = None) -> str | None:
        raise ValueError(f"no {number}")

    @strawberry.field
    async def fails_later(self) -> Item:
        raise ValueError("not now")

    @strawberry.field(extensions=[Around()])
    def around(self) -> str:
        return "around"


@strawberry.type
class Query:
    @strawberry.field
    async def items(self, names: list[str]) -> list[Item | None]:
        return [Item(name=name) for name in names]

    @strawberry.field
    def item(self, root: strawberry.Parent[Any], name: str = "a") -> Item | None:
        return Item(name=f"{name} {root}")


SCHEMA = make_schema(query=Query)


def field_of(text: str) -> FieldNode:
    (definition,) = parse(f"{{ {text} }}").definitions
    assert isinstance(definition, OperationDefinitionNode)
    (node,) = definition.selection_set.selections
    assert isinstance(node, FieldNode)
    return node


def direct(text: str) -> Direct | None:
    kind: Any = SCHEMA.core.type_map["Item"]
    return direct_of(SCHEMA.core, kind, [field_of(text)])


@pytest.mark.parametrize(
    ("selection", "variables"),
    [
        ("told", {}),
        ('told(number: 9, inCamels: "x") a: told(number: $n)', {"n": 4}),
        ("told(number: $n)", {}),
        ("told(inCamels: $s)", {"s": None}),
        ("later later2: later(size: SMALL)", {}),
        ("later(wanted: {sizes: [LARGE]}) b: later(wanted: {sizes: [], most: $n})", {"n": 1}),
        ("many many2: many(numbers: [5, $n])", {"n": 1}),
        ("fails a: fails(number: $n) told", {"n": 1}),
        ("failsLater { name }", {}),
        ("around failsLater { around }", {}),
        ("name __typename", {}),
    ],
)
@pytest.mark.parametrize("top", ['items(names: ["a", "b"])', "item", "item(name: $t)"])
def test_every_execution_has_the_same_response(
    selection: str, variables: dict[str, Any], top: str
) -> None:
    declared = {"n": "Int = 2", "s": 'String! = "d"', "t": "String"}
    uses = f"{top} {selection}"
    given = ", ".join(f"${n}: {kind}" for n, kind in declared.items() if f"${n}" in uses)
    head = f"query({given}) " if given else ""
    known = {name: value for name, value in variables.items() if f"${name}" in uses}
    compare(SCHEMA, f"{head}{{ {top} {{ {selection} }} }}", known, "context")


@pytest.mark.parametrize("text", ["told", "told(number: 9)", "later(size: SMALL)"])
def test_what_cannot_change_is_converted_once(text: str) -> None:
    found = direct(text)
    assert found is not None
    first = found.arguments(NONE)
    first["more"] = 1
    assert "more" not in found.arguments(NONE)
    assert found._constant is not None


@pytest.mark.parametrize("text", ["later(wanted: {sizes: []})", "many", "many(numbers: [2])"])
def test_what_a_resolver_may_change_is_converted_for_each(text: str) -> None:
    found = direct(text)
    assert found is not None
    first, second = ([*found.arguments(NONE).values()][-1] for _ in range(2))
    assert first == second
    assert first is not second


@pytest.mark.parametrize("text", ["name", "around", "__typename", "nope"])
def test_a_field_without_a_resolver_of_its_own_is_left(text: str) -> None:
    assert direct(text) is None


def test_arguments_with_errors_are_left() -> None:
    found = direct("told(number: $n)")
    assert found is not None
    with pytest.raises(Fallback):
        found.arguments(VariableValues({}, {"n": None}))
