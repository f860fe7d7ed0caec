"""Hostile documents: refused before the work that they are made to cause."""

from __future__ import annotations

from typing import Any, cast

import pytest
from graphql import (
    GraphQLError,
    build_client_schema,
    get_introspection_query,
    specified_rules,
)
from graphql.validation import OverlappingFieldsCanBeMergedRule

from graph.transport import Limits
from graph.transport.execution import documents
from graph.transport.execution.documents import Documents
from graph.transport.execution.request import RequestError
from tests.transport.small import SCHEMA, execute


def bomb(levels: int) -> str:
    spread = "".join(
        f"fragment f{n} on Query {{ a: again {{ ...f{n + 1} }} b: again {{ ...f{n + 1} }} }} "
        for n in range(levels)
    )
    return f"{{ ...f0 }} {spread} fragment f{levels} on Query {{ hello }}"


HOSTILE = {
    "100 aliases of a list": "{ " + " ".join(f"a{n}: all {{ hello }}" for n in range(100)) + " }",
    "300 objects under one key": "{ " + "again { hello } " * 300 + "}",
    "300 objects under one key, in fragments": "{ ...A ...B } "
    + " ".join(f"fragment {f} on Query {{ {'again { hello } ' * 150} }}" for f in "AB"),
    "objects under one key that are together far down": "{ "
    + ("again { " + "again { hello } " * 20 + "} ") * 15
    + "}",
    "a bomb of fragments": bomb(13),
    "a larger bomb of fragments": bomb(22),
    "a list literal of 20,000 items": "{ some(ids: [" + "1," * 20_000 + "]) { hello } }",
    "a list literal of 5,000 items": "{ some(ids: [" + "1," * 5_000 + "]) { hello } }",
    "20,001 characters": "#" * 20_001,
    "objects in objects": "{ again { " * 15 + "hello" + " } }" * 15,
    "600 objects in objects": "{again" * 600 + "}" * 600,
    "lists in lists": "{ some(ids: " + "[" * 900 + "]" * 900 + ") { hello } }",
    "objects in inline fragments": "{ " + "... on Query { " * 200 + "hello" + " }" * 201,
    "51 directives": "{ hello " + "@skip(if: false) " * 51 + "}",
    "directives on variables": "query("
    + " ".join(f"$v{n}: Int @skip(if: false)" for n in range(51))
    + ") { hello }",
    "directives in a fragment": "{ ...A } fragment A on Query { hello "
    + "@include(if: true)" * 51
    + " }",
    "2,001 fields": "{ " + "hello " * 2001 + "}",
    "21 operations": " ".join(f"query q{n} {{ hello }}" for n in range(21)),
    "fields of many operations": " ".join(f"query q{n} {{ ...A }}" for n in range(20))
    + f" fragment A on Query {{ {' '.join('again { hello }' for _ in range(120))} }}",
    "a circle of fragments": "query { ...A } fragment A on Query { ...B } "
    "fragment B on Query { ...A }",
    "fragments that nobody spreads": "{ hello } "
    + " ".join(f"fragment f{n} on Query {{ hello }}" for n in range(100)),
    "a spread of nothing": "{ ...A }",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_document_is_refused_before_its_validation(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "validate", _unwanted)
    result = await execute(text, {})
    assert result.data is None
    assert result.errors is not None
    (error,) = result.errors
    assert (error.extensions or {})["code"] in ("TOO_COSTLY", "GRAPHQL_INVALID")
    assert "Internal" not in error.message


def test_what_is_long_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "parse", _unwanted)
    with pytest.raises(RequestError):
        Documents(SCHEMA.core, Limits()).get("x" * 20_001)


@pytest.mark.parametrize(
    "text",
    [
        "{ " + "hello " * 100 + "}",
        "{ " + "again { hello } " * 40 + "}",
        "{ " + " ".join(f"a{n}: hello" for n in range(30)) + " }",
        "{ " + " ".join("...A" for _ in range(300)) + " } fragment A on Query { hello }",
        "query A { hello } query B { hello }",
        "{ ...A ...B } fragment A on Query { ...B } fragment B on Query { again { hello } }",
    ],
)
def test_a_document_within_the_limits_is_served(text: str) -> None:
    assert Documents(SCHEMA.core, Limits()).get(text).definitions


@pytest.mark.parametrize("everything", [False, True])
async def test_the_introspection_of_tools_is_served(*, everything: bool) -> None:
    text = get_introspection_query(
        specified_by_url=everything,
        directive_is_repeatable=everything,
        schema_description=everything,
        input_value_deprecation=everything,
    )
    result = await execute(text, {})
    assert not result.errors
    assert result.data is not None
    assert build_client_schema(cast("Any", result.data)).query_type


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types " + "{ fields { type { ofType " * 4 + "{ name }" + "}}}" * 4 + " } }",
        '{ __type(name: "Query") ' + "{ ofType " * 30 + "{ name }" + "}" * 30 + " }",
        "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(31)) + " }",
    ],
)
def test_an_introspection_that_goes_round_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        Documents(SCHEMA.core, Limits()).get(text)


def test_few_errors_of_many_are_shown() -> None:
    with pytest.raises(RequestError) as raised:
        Documents(SCHEMA.core, Limits()).get("{ a b c d e f g h }")
    assert len(raised.value.errors) == 5


def test_a_valid_text_is_parsed_and_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Documents(SCHEMA.core, Limits())
    first = kept.get("{ hello }")
    monkeypatch.setattr(documents, "parse", _unwanted)
    monkeypatch.setattr(documents, "validate", _unwanted)
    assert kept.get("{ hello }") is first


def test_what_is_invalid_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Documents(SCHEMA.core, Limits())
    with pytest.raises(RequestError):
        kept.get("{ nothing }")
    monkeypatch.setattr(documents, "parse", _unwanted)
    with pytest.raises(AssertionError):
        kept.get("{ nothing }")


def test_the_characters_kept_are_bounded_and_the_oldest_go_first() -> None:
    kept = Documents(SCHEMA.core, Limits(kept_characters=1_000))
    texts = [f"{{ hello }} # {n:038}" for n in range(25)]
    first = kept.get(texts[0])
    for text in texts[1:20]:
        kept.get(text)
    assert kept.get(texts[0]) is first  # used last now
    second = kept.get(texts[1])
    for text in texts[20:]:
        kept.get(text)
    assert kept.get(texts[0]) is first
    assert kept.get(texts[1]) is second
    assert sum(map(len, kept._kept)) <= 1_000


def test_a_long_text_pushes_nothing_out() -> None:
    kept = Documents(SCHEMA.core, Limits(kept_characters=1_000))
    kept.get("{ hello } # " + "x" * 100)
    assert not kept._kept


def test_the_rule_that_is_slow_is_still_asked() -> None:
    """What the guard lets pass has to be merged as the specification says."""
    assert OverlappingFieldsCanBeMergedRule in specified_rules
    with pytest.raises(RequestError, match="conflict"):
        Documents(SCHEMA.core, Limits()).get("{ hello(first: 1) hello(first: 2) }")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ helo }", {}),
        ("{ hello(frist: 1) }", {}),
        ("query($a: Strng) { hello }", {}),
        ("{ hello(colour: GREN) }", {}),
        ("query($c: Colour) { hello(colour: $c) }", {"c": "GREN"}),
        ("{ hello @skp(if: true) }", {}),
        ("{ ... on Qury { hello } }", {}),
        ("{ ...A } fragment B on Query { hello }", {}),
    ],
)
async def test_nothing_is_suggested(query: str, variables: dict[str, Any]) -> None:
    result = await execute(query, variables)
    assert result.errors
    assert "Did you mean" not in str(result.errors)
    assert "GREEN" not in str(result.errors)


def _unwanted(*_given: Any, **_more: Any) -> None:
    raise AssertionError("the expensive path was entered")


def test_errors_are_graphqls_own() -> None:
    with pytest.raises(RequestError) as raised:
        Documents(SCHEMA.core, Limits()).get("{")
    assert all(isinstance(error, GraphQLError) for error in raised.value.errors)
