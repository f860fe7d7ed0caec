"""Operations of the manifest are compiled at start."""

from __future__ import annotations

import time
from random import Random
from typing import Final

import pytest
from graphql import DocumentNode, OperationDefinitionNode, parse

from graph.app import graphql_schema
from graph.model.manifest import Manifest
from graph.transport import PersistedDocuments
from graph.transport.execution.plans import cache
from graph.transport.execution.plans.ahead import compile_ahead
from graph.transport.execution.plans.cache import Plans
from tests.differential.comparison import compare
from tests.differential.everything import SCHEMA, Values
from tests.transport.small import unwanted

MOST: Final = 0.05
"""Seconds of CPU."""

TEXT = """query($x: Boolean!) {
  node { name ...F itself { leaf { name } nodes { name } } either { __typename } }
  nodes { name later { leaves { ok @include(if: $x) } } }
}
fragment F on Node { grid { numbers } }"""


def test_the_first_execution_finds_all_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    document = SCHEMA.documents.get(TEXT)
    operation = document.node.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert document.plans is not None
    compile_ahead(SCHEMA.core, document.plans, operation)
    monkeypatch.setattr(cache, "compile_plan", unwanted)
    values = Values(Random(1))  # noqa: S311 - a test
    compare(SCHEMA, TEXT, {"x": True}, values)


def test_a_document_with_an_unknown_directive_is_left_alone() -> None:
    document = parse("{ node @other { name } }")
    plans = Plans(SCHEMA.core, document)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    compile_ahead(SCHEMA.core, plans, operation)


def test_documents_of_the_manifest_are_compiled() -> None:
    text = "{ viewer { name } }"
    schema = graphql_schema(persisted=PersistedDocuments(Manifest({"v": text})))
    plans = schema.documents.get(text).plans
    assert plans is not None
    assert plans.begin()


def _large() -> list[str]:
    """Documents that are near the limits, and have much to compile."""
    many = " ".join(["id", "__typename", *["... on Location { uri kind tags { key value } }"] * 20])
    tasks = "name status statusText mode modeText taskArn tags { key value } group { name } "
    condition = "@include(if: $x) @skip(if: $y)"
    return [
        f"{{ nodes(ids: [1]) {{ {many} }} }}",
        f"{{ accounts {{ movers(first: 1) {{ nodes {{ {tasks * 12} }} }} }} }}",
        "query($x: Boolean!, $y: Boolean!) { accounts { movers(first: 1) { nodes { "
        + " ".join(f"a{n}: name {condition}" for n in range(20))
        + " } } } }",
    ]


@pytest.mark.may_block("measures CPU time, of which looking for blocking calls takes a part")
@pytest.mark.parametrize("text", _large())
def test_a_large_document_does_not_take_long_to_compile(text: str) -> None:
    document = graphql_schema().documents.get(text)
    assert min(_seconds(document.node) for _ in range(5)) < MOST


def _seconds(document: DocumentNode) -> float:
    """Of CPU, for all plans of an operation."""
    schema, operation = graphql_schema().core, document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    plans, began = Plans(schema, document), time.thread_time()
    compile_ahead(schema, plans, operation)
    seconds = time.thread_time() - began
    assert any(plan is not None for plan in plans._known.values())
    return seconds
