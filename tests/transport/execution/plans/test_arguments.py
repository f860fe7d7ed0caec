"""Arguments of compiled fields are those that graphql-core and Strawberry pass."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
import strawberry

from graph.model.plain import PLAIN, Plain
from graph.transport import make_schema
from tests.differential.comparison import compare, completed

READS = {PLAIN: Plain()}


@strawberry.enum
class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@strawberry.input
class Wanted:
    sizes: list[Size]
    most: int | None = 7
    least: int | None = strawberry.UNSET


@strawberry.type
class Item:
    name: str

    @strawberry.field(metadata=READS)
    def told(  # noqa: PLR0913, PLR0917 - one of each kind
        self,
        info: strawberry.Info[Any, None],
        number: int = 3,
        many: list[int] | None = None,
        size: Size = Size.LARGE,
        wanted: Wanted | None = None,
        in_camels: str = "",
    ) -> str:
        return f"{info.context} {number!r} {many!r} {size!r} {wanted!r} {in_camels}"


@strawberry.type
class Query:
    @strawberry.field
    def items(self) -> list[Item]:
        return [Item(name="a"), Item(name="b")]


SCHEMA = make_schema(query=Query)


@pytest.mark.parametrize(
    ("given", "variables"),
    [
        ("", {}),
        ("(number: 1)", {}),
        ("(many: [1, 2], size: SMALL)", {}),
        ("(wanted: {sizes: [SMALL, LARGE]})", {}),
        ('(wanted: {sizes: SMALL, most: null, least: 2}, inCamels: "x")', {}),
        ("(number: $n)", {"n": 5}),
        ("(number: $n)", {}),
        ("(many: $m, wanted: {sizes: [LARGE], most: $n})", {"n": 4, "m": [1]}),
        ("(many: $m, wanted: $w)", {"m": None, "w": {"sizes": ["SMALL"], "least": None}}),
    ],
)
def test_each_value_is_the_same(given: str, variables: dict[str, Any]) -> None:
    names = {"n": "Int! = 9", "m": "[Int!]", "w": "Wanted"}
    used = ", ".join(f"${name}: {kind}" for name, kind in names.items() if f"${name}" in given)
    head = f"query({used})" if used else "query"
    before = completed()
    data, errors = compare(SCHEMA, f"{head} {{ items {{ name told{given} }} }}", variables, "of it")
    assert errors == []
    assert "of it" in data
    assert completed() > before


def test_what_an_argument_does_not_accept_is_left_to_graphql_core() -> None:
    text = "query($n: Int = 1) { items { name told(number: $n) } }"
    before = completed("variable")
    data, errors = compare(SCHEMA, text, {"n": None}, "context")
    assert data == "None"
    assert "number" in errors[0][0]
    assert completed("variable") > before


def test_another_value_of_a_variable_needs_no_other_plan() -> None:
    text = "query($n: Int!) { items { told(number: $n) } }"
    seen = {compare(SCHEMA, text, {"n": number}, "context")[0] for number in (1, 2, 1)}
    assert len(seen) == 2
