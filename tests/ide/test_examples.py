"""The documents of the page's first tabs are valid, with their variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values

from graph.app import graphql_schema

EXAMPLES = Path(__file__).parents[2] / "ide" / "examples"
DOCUMENTS = sorted(EXAMPLES.glob("*.graphql"))


def key_of(document: Path) -> str:
    """Its name in ``variables.json``: ``list-movers`` is ``listMovers``."""
    first, *rest = document.stem.split("-")
    return first + "".join(part.title() for part in rest)


@pytest.fixture(scope="module")
def variables() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / "variables.json").read_text())
    return found


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return graphql_schema().core


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_an_example_is_valid(
    document: Path, variables: dict[str, Any], schema: GraphQLSchema
) -> None:
    parsed = parse(document.read_text())
    assert validate(schema, parsed) == []
    (operation,) = parsed.definitions
    assert isinstance(operation, OperationDefinitionNode)
    given = get_variable_values(
        schema, operation.variable_definitions or [], variables[key_of(document)]
    )
    assert not isinstance(given, list), given


def test_every_variable_belongs_to_an_example(variables: dict[str, Any]) -> None:
    assert variables.keys() == {key_of(document) for document in DOCUMENTS}
