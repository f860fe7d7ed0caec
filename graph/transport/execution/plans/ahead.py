"""Compiles an operation before it is executed."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from graph.transport.execution.plans.cache import Plans
from graph.transport.execution.plans.outcomes import Unsupported
from graph.transport.execution.plans.selections import ALWAYS, Field, Selected, collect


def compile_ahead(schema: GraphQLSchema, plans: Plans, operation: OperationDefinitionNode) -> None:
    """Makes the plans that the operation uses if no directive leaves out anything."""
    plans.expect()
    root = schema.get_root_type(operation.operation)
    if root is not None:
        _Ahead(schema, plans).object(root, [Selected(operation.selection_set)], None)


class _Ahead:
    def __init__(self, schema: GraphQLSchema, plans: Plans) -> None:
        self._schema, self._plans = schema, plans

    def object(
        self, kind: GraphQLObjectType, selected: Sequence[Selected], done: frozenset[str] | None
    ) -> None:
        """The fields of an object that are left to graphql-core; None if all are."""
        try:
            collected = collect(self._schema, self._plans.fragments, kind, selected)
        except Unsupported:
            return
        for key, field in collected.fields.items():
            definition = kind.fields.get(field.nodes[0][0].name.value)
            if definition is not None and field.inner and (done is None or key in done):
                self._value(definition.type, [node for node, _ in field.nodes])

    def _value(self, kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> None:
        if is_non_null_type(kind):
            kind = kind.of_type
        if is_abstract_type(kind):
            for possible in self._schema.get_possible_types(kind):
                self._value(possible, nodes)
            return
        plan = self._plans.get(kind, nodes)
        if is_list_type(kind):
            if plan is None:
                self._value(kind.of_type, nodes)
        elif is_object_type(kind) and (plan is None or plan.others):
            field = Field([(node, ALWAYS) for node in nodes])
            self.object(kind, field.inner, None if plan is None else plan.others)
