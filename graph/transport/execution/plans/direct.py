"""Fields that graphql-core executes, whose resolvers are called without what prepares each call.

Strawberry and graphql-core convert the arguments of a field and look for what its resolver takes
whenever it is executed, which takes longer than most resolvers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

import strawberry
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    Node,
    VariableNode,
    VariableValues,
)
from strawberry.types.field import StrawberryField

from graph.transport.execution.plans.arguments import NO_VARIABLES, Given, keywords
from graph.transport.execution.plans.outcomes import Fallback, Unsupported
from graph.transport.execution.plans.reading import Call, call_of

_UNCHANGEABLE: Final = (str, int, float, bool, datetime, Enum, type(None))


@dataclass(frozen=True, slots=True)
class Direct:
    """A field of a document with its resolver."""

    definition: GraphQLField
    nodes: list[FieldNode]
    _schema: GraphQLSchema
    _field: StrawberryField
    _call: Call
    _constant: dict[str, Any] | None
    """The arguments; None if they have to be converted for each call."""

    def arguments(self, variables: VariableValues) -> dict[str, Any]:
        """The keywords of the resolver, which may be changed. Raises Fallback for an error."""
        if self._constant is not None:
            return self._constant.copy()
        return keywords(self._schema, Given(self.definition, self._field, self.nodes[0]), variables)

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> Any:
        """What the resolver returns for an object. Raises as the resolver does."""
        call = self._call
        if call.info is not None:
            arguments[call.info] = strawberry.Info(_raw_info=info, _field=self._field)
        if call.root is None:
            return call.function(source, **arguments)
        arguments[call.root] = source
        return call.function(**arguments)


def direct_of(
    schema: GraphQLSchema, kind: GraphQLObjectType, nodes: list[FieldNode]
) -> Direct | None:
    """How to call the resolver of a field; None if that is left to graphql-core."""
    definition = schema.get_field(kind, nodes[0].name.value)
    if definition is None:
        return None
    try:
        field, call = call_of(definition)
        constant = _constant(schema, Given(definition, field, nodes[0]))
    except (Unsupported, Fallback):
        return None
    return Direct(definition, nodes, schema, field, call, constant)


def _constant(schema: GraphQLSchema, given: Given) -> dict[str, Any] | None:
    """The arguments of a field, if neither variables nor resolvers change them."""
    if not given.field.arguments:
        return {}
    if any(_has_variable(argument.value) for argument in given.node.arguments or ()):
        return None
    found = keywords(schema, given, NO_VARIABLES)
    return found if all(isinstance(each, _UNCHANGEABLE) for each in found.values()) else None


def _has_variable(node: Node) -> bool:
    if isinstance(node, VariableNode):
        return True
    inside = (getattr(node, name, None) for name in ("values", "fields", "value"))
    return any(
        _has_variable(each)
        for part in inside
        for each in (part if isinstance(part, tuple) else (part,))
        if isinstance(each, Node)
    )
