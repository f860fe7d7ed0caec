"""The documents that the sandbox prints."""

from __future__ import annotations

import pytest
from graphql import parse, validate

from graph.app import graphql_schema
from graph.sandbox import hints


@pytest.mark.parametrize("document", [hints.QUERY, hints.MUTATION, hints.SUBSCRIPTION])
def test_the_documents_to_go_on_with_are_valid(document: str) -> None:
    schema = graphql_schema().core
    assert validate(schema, parse(document)) == []
