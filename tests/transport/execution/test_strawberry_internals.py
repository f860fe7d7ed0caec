"""The schema of graphql-core that Strawberry keeps to itself is the one that it serves."""

from __future__ import annotations

import strawberry
from graphql import execute_sync, get_introspection_query, parse, print_schema, validate_schema

from graph.transport.execution.strawberry_internals import core_schema
from tests.transport.small import Mutation, Query, Subscription


def test_it_is_a_valid_schema_that_describes_itself_as_strawberry_does() -> None:
    types = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)
    core = core_schema(types)
    assert validate_schema(core) == []
    query = get_introspection_query()
    assert execute_sync(core, parse(query)).data == types.execute_sync(query).data
    assert {line for line in print_schema(core).splitlines() if line.startswith("type ")} == {
        line for line in types.as_str().splitlines() if line.startswith("type ")
    }


def test_its_resolvers_are_those_of_the_types() -> None:
    types = strawberry.Schema(query=Query)
    result = execute_sync(core_schema(types), parse("{ hello(first: 2) again { hello } }"))
    assert result.errors is None
    assert result.data == {"hello": "xx", "again": {"hello": "x"}}
