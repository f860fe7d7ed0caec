"""Executes queries against single types of the schema, without a server."""

from __future__ import annotations

from functools import cache
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLSchema, graphql

from graph.schema import BEHIND_INTERFACES, SCALARS
from graph.transport import make_schema


async def execute(
    kind: Any, value: object, selection: str, context: object = None
) -> ExecutionResult:
    """The result of a query whose field ``it`` is of that type and has that value."""
    return await graphql(
        _schema(kind), f"{{ it {selection} }}", root_value=value, context_value=context
    )


@cache
def _schema(kind: Any) -> GraphQLSchema:
    def it(root: Any) -> Any:
        return root

    it.__annotations__ = {"return": kind}
    query = strawberry.type(type("Query", (), {"it": strawberry.field(resolver=it)}))
    return make_schema(query=query, types=BEHIND_INTERFACES, scalars=SCALARS).core


async def select(kind: Any, value: object, selection: str, context: object = None) -> Any:
    """The selected fields of the value. Fails for an error of the query."""
    result = await execute(kind, value, selection, context)
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data["it"]
