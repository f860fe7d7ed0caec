"""The members of Strawberry that are not public and yet needed. A test lists them."""

from __future__ import annotations

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema that graphql-core executes, which Strawberry keeps to itself.

    Strawberry checks OneOf inputs by a function that knows neither their variable nor their place,
    and does not say so in introspection. graphql-core does both once it is told which they are.
    """
    core = schema._schema  # noqa: SLF001 - see above
    for kind in core.type_map.values():
        definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if isinstance(kind, GraphQLInputObjectType) and definition is not None:
            kind.is_one_of = bool(definition.is_one_of)
    return core
