"""The members of Strawberry that are not public and yet needed. A test lists them."""

from __future__ import annotations

import strawberry
from graphql import GraphQLSchema


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema that graphql-core executes, which Strawberry keeps to itself."""
    return schema._schema  # noqa: SLF001 - see above
