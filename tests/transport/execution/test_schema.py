"""What is known of an operation before it is executed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, OperationType, build_schema

from graph.transport import QueryLimits, make_schema
from graph.transport.execution import schema
from graph.transport.execution.executor import execute, refused
from graph.transport.execution.request import NotAllowed, OperationRequest, RequestError
from graph.transport.report import Summary
from tests.transport.small import SCHEMA, Query


def asked(query: str, name: str | None = None) -> OperationRequest:
    return OperationRequest(query, {}, name, "ann", "r-1")


@pytest.mark.parametrize(
    ("query", "name", "summary"),
    [
        ("{ hello }", None, Summary(None, "query", {"hello": "hello"})),
        (
            "query A { b: hello hello ...F } fragment F on Query { c: coded ... { d: broken } }",
            None,
            Summary("A", "query", {"b": "hello", "hello": "hello", "c": "coded", "d": "broken"}),
        ),
        (
            "query A { hello } mutation B { x: change }",
            "B",
            Summary("B", "mutation", {"x": "change"}),
        ),
        ("subscription { count }", None, Summary(None, "subscription", {"count": "count"})),
        ("{ __typename }", None, Summary(None, "query", {"__typename": "__typename"})),
    ],
)
def test_the_summary_names_the_operation_and_its_root_fields(
    query: str, name: str | None, summary: Summary
) -> None:
    prepared = SCHEMA.prepare(asked(query, name)).summary
    assert prepared == summary
    assert list(prepared.fields) == list(summary.fields)


@pytest.mark.parametrize(
    ("query", "is_state"),
    [
        ("subscription { level }", True),
        ('subscription { other: level(of: "a") }', True),
        ("subscription { count }", False),
        ("subscription { level: count }", False),
        ("subscription { level level }", True),
        ("subscription { level ...F } fragment F on Subscription { level }", True),
        ("subscription { ... { level } }", True),
        ("subscription { ...F } fragment F on Subscription { level }", True),
        ("{ hello }", False),
    ],
)
def test_only_a_subscription_to_nothing_but_a_state_is_a_state(
    query: str, *, is_state: bool
) -> None:
    assert (SCHEMA.prepare(asked(query)).state is not None) is is_state


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("{", None),
        ("{ nothing }", None),
        ("fragment F on Query { hello }", None),
        ("query A { hello } query B { hello }", None),
        ("query A { hello }", "B"),
        ("query A { hello }", ""),
        ("{ again(first: 1000000) { hello } }", None),
    ],
)
def test_what_cannot_be_executed_is_a_request_error(query: str, name: str | None) -> None:
    with pytest.raises(RequestError) as raised:
        SCHEMA.prepare(asked(query, name))
    assert not isinstance(raised.value, NotAllowed)
    assert raised.value.errors


def test_a_type_that_is_not_allowed_is_refused_before_its_cost_is_computed() -> None:
    request = asked(f"mutation {{ {' '.join(f'a{n}: change' for n in range(11))} }}")
    with pytest.raises(RequestError, match="mutation"):
        SCHEMA.prepare(request)
    with pytest.raises(NotAllowed):
        SCHEMA.prepare(replace(request, allowed=frozenset({OperationType.QUERY})))


def test_a_schema_has_its_own_limits_and_says_what_it_offers() -> None:
    small = make_schema(query=Query, limits=QueryLimits(cost=3))
    assert small.prepare(asked("{ hello }")).type is OperationType.QUERY
    with pytest.raises(RequestError):
        small.prepare(asked("{ again(first: 5) { hello } }"))
    with pytest.raises(RequestError):
        small.prepare(asked("mutation { change }"))
    offered = build_schema(small.as_str())
    assert offered.query_type
    assert offered.mutation_type is None


async def test_an_operation_that_is_known_is_not_prepared_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = make_schema(query=Query)
    first = await made.prepared(asked("{ hello }"))
    monkeypatch.setattr(schema, "in_steps", None)
    assert await made.prepared(asked("{ hello }")) is first
    assert made.prepare(asked("{ hello }")) is first
    with pytest.raises(TypeError):  # another one is prepared in steps
        await made.prepared(asked("{ __typename }"))
    with pytest.raises(TypeError):  # variables may change what it costs
        await made.prepared(replace(asked("{ hello }"), variables={"x": 1}))
    with pytest.raises(NotAllowed):
        await made.prepared(replace(asked("{ hello }"), allowed=frozenset()))


@strawberry.input(one_of=True)
class Place:
    name: str | None = strawberry.UNSET
    number: int | None = strawberry.UNSET


@strawberry.input
class Trip:
    start: Place
    stops: list[Place] = strawberry.field(default_factory=list)


@strawberry.type
class Travels:
    @strawberry.field
    def there(self, trip: Trip) -> str:
        return repr(trip)


TRAVELS = make_schema(query=Travels)
HOME = {"name": "home"}


async def errors_of(text: str, variables: dict[str, Any]) -> list[GraphQLError]:
    request = OperationRequest(text, variables, None, "who", "r")
    try:
        return (await execute(TRAVELS, TRAVELS.prepare(request), request, None)).errors
    except RequestError as error:
        return refused(TRAVELS, error, "r").errors


@pytest.mark.parametrize("place", [{}, {"name": "a", "number": 1}, {"name": None}])
@pytest.mark.parametrize(
    ("trip", "path"),
    [
        (lambda place: {"start": place}, ["start"]),
        (lambda place: {"start": HOME, "stops": [HOME, place]}, ["stops", "1"]),
    ],
)
async def test_an_input_without_exactly_one_member_is_named(
    place: dict[str, Any], trip: Callable[[Any], dict[str, Any]], path: list[str]
) -> None:
    text = "query($t: Trip!) { there(trip: $t) }"
    (error,) = await errors_of(text, {"t": trip(place)})
    extensions: dict[str, Any] = dict(error.extensions or {})
    assert extensions["variable"][: len(path) + 1] == ["t", *path]
    assert error.locations
    assert "Place" in error.message
    literal = re.sub(r'"(\w+)":', r"\1:", json.dumps(trip(place)))
    (error,) = await errors_of(f"{{ there(trip: {literal}) }}", {})
    extensions = dict(error.extensions or {})
    assert extensions["argument"][: len(path) + 1] == ["trip", *path]


async def test_an_argument_whose_variable_has_no_value_is_named() -> None:
    text = "query($n: String) { there(trip: {start: {name: $n}}) }"
    for _ in range(3):
        (error,) = await errors_of(text, {})
        assert error.path == ["there"]
        assert (error.extensions or {})["argument"] == ["trip", "start"]


async def test_an_input_with_exactly_one_member_is_accepted_and_introspected() -> None:
    for trip in ({"start": HOME}, {"start": {"number": 7}, "stops": [HOME]}):
        assert await errors_of("query($t: Trip!) { there(trip: $t) }", {"t": trip}) == []
    kinds = {name: TRAVELS.core.type_map[name] for name in ("Place", "Trip")}
    assert {name: getattr(kind, "is_one_of", None) for name, kind in kinds.items()} == {
        "Place": True,
        "Trip": False,
    }
