"""The arguments of fields that plans complete: read once for all objects of an execution."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import strawberry
from graphql import FieldNode, GraphQLField, GraphQLSchema, VariableValues, get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from graph.transport.execution.plans.outcomes import Fallback

NO_VARIABLES: Final = VariableValues({}, {})
"""Nothing changes it."""


class Given(NamedTuple):
    """The arguments of a field in a document."""

    definition: GraphQLField
    field: StrawberryField
    node: FieldNode


def keywords(schema: GraphQLSchema, given: Given, variables: VariableValues) -> dict[str, Any]:
    """The keywords of the resolver, as graphql-core and Strawberry make them.

    Raises Fallback for what is an error.
    """
    types: strawberry.Schema = schema.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    try:
        values = get_argument_values(given.definition, given.node, variables)
        return convert_arguments(
            values,
            given.field.arguments,
            scalar_registry=types.schema_converter.scalar_registry,
            config=types.config,
        )
    except Exception as error:
        raise Fallback("variable") from error
