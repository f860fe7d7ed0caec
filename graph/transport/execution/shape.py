"""Checks the size of a document before its validation, which is slow for some documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    ValueNode,
)

from graph.concurrency import may_pause
from graph.transport.execution.limits import QueryLimits, too_costly

_INTROSPECTION: Final = 8
"""Levels that introspection may nest deeper: tools unwrap types nine times."""
_OBJECTS: Final = 10
"""How many times longer two objects under one key take to compare than two leaves."""
_FRAGMENTS: Final = 5
"""The same for two fragments that are spread in one selection, whatever fields they have."""
_SAME_FIELDS: Final = "selects the same fields too many times"


class _Size(NamedTuple):
    depth: int
    fields: int


def check_shape(document: DocumentNode, limits: QueryLimits) -> None:
    """Raises GraphQLError for a document that is too large. Linear in the document's length."""
    fragments = {
        d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
    }
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if len(operations) > limits.operations:
        raise too_costly(f"The document has more than {limits.operations} operations.")
    _Shape(fragments, limits).check(document, operations)
    overlaps = _Overlaps(fragments, limits)
    for operation in operations:
        overlaps.check([operation.selection_set.selections])


class _Shape:
    """Measures a document in one walk, each fragment once."""

    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], limits: QueryLimits
    ) -> None:
        self._fragments, self._limits = fragments, limits
        self._known: dict[str, _Size] = {}
        self._open: set[str] = set()
        self._aliases = self._directives = self._literals = 0
        self._depth = limits.depth

    def check(self, document: DocumentNode, operations: list[OperationDefinitionNode]) -> None:
        for definition in document.definitions:
            self._count_directives(definition)
        fields = 0
        for operation in operations:
            for variable in operation.variable_definitions or ():
                self._count_directives(variable)
                if variable.default_value is not None:
                    self._count_literals([variable.default_value])
            fields += self._walk(operation.selection_set.selections, 0).fields
            self._hold(_Size(0, fields))
        for name, node in self._fragments.items():
            if name not in self._known:  # validation would find it, but too late
                raise GraphQLError(f"Fragment '{name}' is never used.", node)

    def _walk(self, selections: Iterable[SelectionNode], level: int) -> _Size:
        if level > 10 * self._limits.depth:
            raise too_costly("The document is nested too deeply.")
        depth = fields = 0
        for selection in selections:
            may_pause()
            self._count_directives(selection)
            size = self._size(selection, level)
            depth, fields = max(depth, size.depth), fields + size.fields
            self._hold(_Size(depth, fields))
        return _Size(depth, fields)

    def _size(self, selection: SelectionNode, level: int) -> _Size:
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection, level)
        if isinstance(selection, InlineFragmentNode):
            return self._walk(selection.selection_set.selections, level + 1)
        if not isinstance(selection, FieldNode):
            raise TypeError(f"{selection.kind} is no selection")
        if selection.alias:
            self._aliases += 1
            if self._aliases > self._limits.aliases:
                raise too_costly(f"The document has more than {self._limits.aliases} aliases.")
        self._count_literals(each.value for each in selection.arguments or ())
        if selection.selection_set is None:
            return _Size(1, 1)
        if selection.name.value.startswith("__"):
            return self._introspection(selection.selection_set.selections, level)
        inner = self._walk(selection.selection_set.selections, level + 1)
        return _Size(inner.depth + 1, inner.fields + 1)

    def _introspection(self, selections: Iterable[SelectionNode], level: int) -> _Size:
        self._depth += _INTROSPECTION
        inner = self._walk(selections, level + 1)
        self._depth -= _INTROSPECTION
        return _Size(1, inner.fields + 1)

    def _fragment(self, spread: FragmentSpreadNode, level: int) -> _Size:
        name = spread.name.value
        if name in self._open:
            raise GraphQLError(f"Cannot spread fragment '{name}' within itself.", spread)
        if name not in self._known:
            node = self._fragments.get(name)
            if node is None:
                raise GraphQLError(f"Unknown fragment '{name}'.", spread)
            self._open.add(name)
            self._known[name] = self._walk(node.selection_set.selections, level + 1)
            self._open.remove(name)
        return self._known[name]

    def _count_directives(self, node: Node) -> None:
        directives = getattr(node, "directives", None) or ()
        self._directives += len(directives)
        if self._directives > self._limits.directives:
            raise too_costly(f"The document has more than {self._limits.directives} directives.")
        for directive in directives:
            self._count_literals(each.value for each in directive.arguments or ())

    def _count_literals(self, values: Iterable[ValueNode]) -> None:
        """Counts values that are written in the document, and all that they contain."""
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            self._literals += 1
            if isinstance(value, ListValueNode):
                waiting.extend(value.values)
            elif isinstance(value, ObjectValueNode):
                waiting.extend(each.value for each in value.fields)
        if self._literals > self._limits.literals:
            raise too_costly(
                f"The document has more than {self._limits.literals} values. Use variables."
            )

    def _hold(self, size: _Size) -> None:
        if size.depth > self._depth:
            raise too_costly(f"The document is nested deeper than {self._limits.depth} levels.")
        if size.fields > self._limits.fields:
            raise too_costly(f"The document selects more than {self._limits.fields} fields.")


class _Overlaps:
    """Counts the pairs that the rule "fields in set can merge" compares.

    These are all fields under one key, and all fragments in one selection.

    Walks no more fields than ``_Shape`` has counted, which has to come first.
    """

    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], limits: QueryLimits
    ) -> None:
        self._fragments, self._limits = fragments, limits
        self._compared = 0

    def check(self, sets: list[tuple[SelectionNode, ...]]) -> None:
        by_key: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selections in sets:
            self._collect(selections, by_key, spread)
        self._count(len(spread), _FRAGMENTS, "spreads too many fragments in one selection")
        for fields in by_key.values():
            inner = [f.selection_set.selections for f in fields if f.selection_set]
            self._count(len(fields), _OBJECTS if inner else 1, _SAME_FIELDS)
            if inner:
                self.check(inner)

    def _count(self, number: int, weight: int, what: str) -> None:
        self._compared += number * (number - 1) // 2 * weight
        if self._compared > self._limits.overlaps:
            raise too_costly(f"The document {what}.")

    def _collect(
        self,
        selections: tuple[SelectionNode, ...],
        by_key: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for selection in selections:
            may_pause()
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                by_key.setdefault(key, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                self._collect(selection.selection_set.selections, by_key, spread)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                fragment = self._fragments[selection.name.value]
                self._collect(fragment.selection_set.selections, by_key, spread)
