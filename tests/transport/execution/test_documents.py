"""Documents are parsed and validated once, within limits, and remembered."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any, cast

import pytest
from graphql import (
    GraphQLError,
    build_client_schema,
    get_introspection_query,
    specified_rules,
)
from graphql.validation import OverlappingFieldsCanBeMergedRule

from graph.concurrency import Work, begin_work
from graph.transport import QueryLimits
from graph.transport.execution import documents
from graph.transport.execution.documents import Documents
from graph.transport.execution.request import RequestError
from tests.transport.small import SCHEMA, execute, unwanted


def test_what_is_long_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "validate", unwanted)
    with pytest.raises(RequestError):
        Documents(SCHEMA.core, QueryLimits()).get("x" * 20_001)


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


def test_few_errors_of_many_are_shown() -> None:
    with pytest.raises(RequestError) as raised:
        Documents(SCHEMA.core, QueryLimits()).get("{ a b c d e f g h }")
    assert len(raised.value.errors) == 5


def test_a_valid_text_is_parsed_and_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Documents(SCHEMA.core, QueryLimits())
    first = kept.get("{ hello }")
    monkeypatch.setattr(Documents, "_parsed", unwanted)
    monkeypatch.setattr(documents, "validate", unwanted)
    assert kept.get("{ hello }") is first


def test_what_is_invalid_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Documents(SCHEMA.core, QueryLimits())
    with pytest.raises(RequestError):
        kept.get("{ nothing }")
    monkeypatch.setattr(documents, "validate", unwanted)
    with pytest.raises(AssertionError):
        kept.get("{ nothing }")


def test_the_characters_kept_are_bounded_and_the_oldest_go_first() -> None:
    kept = Documents(SCHEMA.core, QueryLimits(kept_characters=1_000))
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
    assert sum(len(text) for text, _ in kept._kept) <= 1_000


def test_a_long_text_pushes_nothing_out() -> None:
    kept = Documents(SCHEMA.core, QueryLimits(kept_characters=1_000))
    kept.get("{ hello } # " + "x" * 100)
    assert list(kept._kept) == []


def test_the_rule_that_is_slow_is_still_asked() -> None:
    """What the guard lets pass has to be merged as the specification says."""
    assert OverlappingFieldsCanBeMergedRule in specified_rules
    with pytest.raises(RequestError, match="conflict"):
        Documents(SCHEMA.core, QueryLimits()).get("{ hello(first: 1) hello(first: 2) }")


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


def test_errors_are_graphqls_own() -> None:
    with pytest.raises(RequestError) as raised:
        Documents(SCHEMA.core, QueryLimits()).get("{")
    assert all(isinstance(error, GraphQLError) for error in raised.value.errors)


def test_the_plans_of_a_document_count_towards_its_size() -> None:
    kept = Documents(SCHEMA.core, QueryLimits(kept_characters=1_000))
    document = kept.get("{ hello }")
    other = kept.get("{ all { hello } }")
    assert document.plans is not None
    document.plans._grown(7_000)
    assert kept.get("{ hello }") is document
    document.plans._grown(7_900)  # evicts the other
    assert kept.get("{ all { hello } }") is not other
    again = kept.get("{ hello }")
    assert again is not document
    document.plans._grown(100)  # is no longer kept
    assert kept.get("{ hello }") is again


def test_a_document_is_not_kept_for_plans_larger_than_the_cache() -> None:
    kept = Documents(SCHEMA.core, QueryLimits(kept_characters=1_000))
    document = kept.get("{ hello }")
    assert document.plans is not None
    document.plans._grown(9_000)
    assert kept.get("{ hello }") is not document


def test_the_documents_of_one_caller_push_out_none_of_another() -> None:
    kept = Documents(SCHEMA.core, QueryLimits(kept_characters=1_000))
    others, floods = copy_context(), copy_context()
    others.run(begin_work, Work(("other", "user")))
    floods.run(begin_work, Work(("flooding", "user")))
    first = others.run(kept.get, "{ hello }")
    for number in range(100):
        floods.run(kept.get, f"{{ hello }} # {number:038}")
    assert others.run(kept.get, "{ hello }") is first
