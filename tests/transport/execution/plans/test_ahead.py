"""Operations of the manifest are compiled at start."""

from __future__ import annotations

from random import Random

import pytest
from graphql import OperationDefinitionNode, parse

from graph.app import graphql_schema
from graph.model.manifest import Manifest
from graph.transport import PersistedDocuments
from graph.transport.execution.plans import cache
from graph.transport.execution.plans.ahead import compile_ahead
from graph.transport.execution.plans.cache import Plans
from tests.differential.comparison import compare
from tests.differential.everything import SCHEMA, Values
from tests.transport.small import unwanted

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
