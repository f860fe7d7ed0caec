"""Collects the fields of selections before the variables of their directives are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from graph.transport.execution.plans.outcomes import Unsupported

Condition = frozenset[tuple[str, bool]]
"""Variables and the values that they all must have."""
ALWAYS: Final[Condition] = frozenset()
_DIRECTIVES: Final = {"skip": False, "include": True}
"""The value of ``if`` with which each of them keeps a selection."""


class Selected(NamedTuple):
    """A selection that applies under a condition."""

    selections: SelectionSetNode
    condition: Condition = ALWAYS


class Field(NamedTuple):
    """What is selected under one response key."""

    nodes: list[tuple[FieldNode, Condition]]

    @property
    def inner(self) -> list[Selected]:
        """The selections on its value."""
        return [Selected(n.selection_set, given) for n, given in self.nodes if n.selection_set]


class Collected(NamedTuple):
    """The fields of an object."""

    fields: dict[str, Field]
    order: list[tuple[str, Condition]]
    """The response keys, where they may appear first; several times if under conditions."""
    variables: set[str]
    """Those of all directives: null in one of them is an error, whatever it decides."""


def collect(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    parent: GraphQLObjectType,
    selected: Iterable[Selected],
) -> Collected:
    """CollectFields() of the specification. Raises Unsupported for other directives."""
    collector = _Collector(schema, fragments, parent)
    for each in selected:
        collector.add(each.selections, each.condition)
    return collector.collected


class _Collector:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        parent: GraphQLObjectType,
    ) -> None:
        self._schema, self._fragments, self._parent = schema, fragments, parent
        self._visited: dict[str, list[Condition]] = {}
        self.collected = Collected({}, [], set())

    def add(self, selections: SelectionSetNode, condition: Condition) -> None:
        for selection in selections.selections:
            under = self._under(selection, condition)
            if under is not None:
                self._add_one(selection, under)

    def _under(self, selection: SelectionNode, condition: Condition) -> Condition | None:
        """The condition with those of the selection's directives; None if it never holds."""
        conditions: set[tuple[str, bool]] = set(condition)
        applies = True
        for directive in selection.directives or ():
            keeps = _DIRECTIVES.get(directive.name.value)
            if keeps is None:
                raise Unsupported(f"@{directive.name.value}")
            value = _if(directive)
            if isinstance(value, str):
                self.collected.variables.add(value)
                conditions.add((value, keeps))
                applies = applies and (value, not keeps) not in conditions
            else:
                applies = applies and value is keeps
        return frozenset(conditions) if applies else None

    def _add_one(self, selection: SelectionNode, condition: Condition) -> None:
        if isinstance(selection, FieldNode):
            self._add_field(selection, condition)
        elif isinstance(selection, InlineFragmentNode):
            if self._applies(selection):
                self.add(selection.selection_set, condition)
        elif isinstance(selection, FragmentSpreadNode):
            visited = self._visited.setdefault(selection.name.value, [])
            fragment = self._fragments[selection.name.value]
            if self._applies(fragment) and not _implies(condition, visited):
                visited.append(condition)
                self.add(fragment.selection_set, condition)

    def _add_field(self, node: FieldNode, condition: Condition) -> None:
        key = (node.alias or node.name).value
        field = self.collected.fields.setdefault(key, Field([]))
        if not _implies(condition, [given for _, given in field.nodes]):
            self.collected.order.append((key, condition))
        field.nodes.append((node, condition))

    def _applies(self, fragment: InlineFragmentNode | FragmentDefinitionNode) -> bool:
        if fragment.type_condition is None:
            return True
        kind = self._schema.get_type(fragment.type_condition.name.value)
        return kind is self._parent or (
            is_abstract_type(kind) and self._schema.is_sub_type(kind, self._parent)
        )


def _implies(condition: Condition, others: Iterable[Condition]) -> bool:
    """Whether one of the others holds whenever the condition does."""
    return any(other <= condition for other in others)


def _if(directive: DirectiveNode) -> bool | str:
    """The argument ``if``: its value, or the name of a variable."""
    for argument in directive.arguments or ():
        if isinstance(argument.value, VariableNode):
            return argument.value.name.value
        if isinstance(argument.value, BooleanValueNode):
            return argument.value.value
    raise Unsupported("a directive without a truth value")
