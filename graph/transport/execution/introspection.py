"""The size of the response to an introspection query, which no argument bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    StringValueNode,
    get_named_type,
    get_nullable_type,
    introspection_types,
    is_list_type,
)

_DEPRECATED: Final = {"includeDeprecated": True}
"""Regardless of the document, because the size is an upper bound."""


class Introspection:
    """Counts the fields in the answers to the ``__schema`` and ``__type`` fields of one document.

    The answer is walked as the executor would walk it, but each pair of a selection set and an
    element of the schema once.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], most: int
    ) -> None:
        self._schema, self._fragments, self._most = schema, fragments, most
        self._info = SimpleNamespace(schema=schema)
        """Everything that graphql-core's introspection resolvers read from the executor."""
        self._known: dict[tuple[int, int], tuple[object, int]] = {}
        """By the ids of selections and element. Keeping the element keeps its id from reuse."""

    def size(self, node: FieldNode) -> int:
        """The fields of the answer; a number above ``most`` where there are more than that.

        A ``__type`` whose name is a variable counts as if it asked for every type.
        """
        if node.selection_set is None:
            return 1
        selections = node.selection_set.selections
        if node.name.value == "__schema":
            return 1 + self._of(selections, "__Schema", self._schema)
        types = self._schema.type_map
        named = [
            a.value.value for a in node.arguments or () if isinstance(a.value, StringValueNode)
        ]
        wanted = [types[name] for name in named if name in types] if named else types.values()
        return 1 + self._sum(selections, "__Type", wanted)

    def _sum(
        self, selections: tuple[SelectionNode, ...], kind: str, elements: Iterable[object]
    ) -> int:
        size = 0
        for element in elements:
            size += self._of(selections, kind, element)
            if size > self._most:
                break
        return size

    def _of(self, selections: tuple[SelectionNode, ...], kind: str, element: object) -> int:
        key = (id(selections), id(element))
        if key not in self._known:
            size = 0
            for selection in selections:
                size += self._one(selection, kind, element)
                if size > self._most:
                    break
            self._known[key] = element, size
        return self._known[key][1]

    def _one(self, selection: SelectionNode, kind: str, element: object) -> int:
        if isinstance(selection, FragmentSpreadNode):
            inner = self._fragments[selection.name.value].selection_set.selections
            return self._of(inner, kind, element)
        if isinstance(selection, InlineFragmentNode):
            return self._of(selection.selection_set.selections, kind, element)
        if not isinstance(selection, FieldNode):
            raise TypeError(f"{selection.kind} is no selection")
        if selection.selection_set is None:
            return 1
        return 1 + self._below(selection, selection.selection_set.selections, kind, element)

    def _below(
        self, node: FieldNode, selections: tuple[SelectionNode, ...], kind: str, element: object
    ) -> int:
        definition: Any = introspection_types[kind].fields[node.name.value]  # type: ignore[attr-defined]
        arguments = _DEPRECATED if "includeDeprecated" in definition.args else {}
        found = definition.resolve(element, self._info, **arguments)
        if found is None:
            return 0
        many = is_list_type(get_nullable_type(definition.type))
        inner = get_named_type(definition.type).name
        return self._sum(selections, inner, found if many else (found,))
