"""What an operation may cost with the variables of one request: the fields of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    value_from_ast_untyped,
)
from graphql.pyutils import Undefined

from graph.transport.limits import Limits, too_costly

_PAGES: Final = ("first", "last")
_INTROSPECTION: Final = 50


def check_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    limits: Limits,
) -> None:
    """Raises GraphQLError. The document is valid, and not too large: see ``check_shape``."""
    root = schema.get_root_type(operation.operation)
    selections = operation.selection_set.selections
    _Cost(schema, document, operation, variables, limits).of(root, selections)


class _Cost:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        limits: Limits,
    ) -> None:
        self._schema, self._limits = schema, limits
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._known: dict[tuple[str, bool], int] = {}
        self._values: dict[str, Any] = {}
        for variable in operation.variable_definitions or ():
            if variable.default_value is not None:
                self._values[variable.variable.name.value] = self._value(variable.default_value)
        self._values.update(variables)

    def of(
        self,
        parent: GraphQLNamedType | None,
        selections: tuple[SelectionNode, ...],
        *,
        paged: bool = False,
    ) -> int:
        """``paged``: the parent is a page, whose lists are as long as was counted for it."""
        cost = 0
        for selection in selections:
            cost += self._one(parent, selection, paged=paged)
            if cost > self._limits.cost:
                raise too_costly(
                    f"the document may cost more than {self._limits.cost}: ask for smaller pages"
                )
        return cost

    def _one(
        self, parent: GraphQLNamedType | None, selection: SelectionNode, *, paged: bool
    ) -> int:
        if isinstance(selection, FieldNode):
            return self._field(parent, selection, paged=paged)
        if isinstance(selection, FragmentSpreadNode):
            key = (selection.name.value, paged)
            if key not in self._known:
                fragment = self._fragments[selection.name.value]
                self._known[key] = self._part(parent, fragment, paged=paged)
            return self._known[key]
        if isinstance(selection, InlineFragmentNode):
            return self._part(parent, selection, paged=paged)
        raise TypeError(f"{selection.kind} is no selection")

    def _part(
        self,
        parent: GraphQLNamedType | None,
        part: FragmentDefinitionNode | InlineFragmentNode,
        *,
        paged: bool,
    ) -> int:
        condition = part.type_condition
        inner = self._schema.type_map.get(condition.name.value) if condition else parent
        return self.of(inner, part.selection_set.selections, paged=paged)

    def _field(self, parent: GraphQLNamedType | None, node: FieldNode, *, paged: bool) -> int:
        if node.selection_set is None:
            return 1
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None:  # `__schema` and `__type`, whose depth graphql-core bounds
            return _INTROSPECTION
        pages = [name for name in _PAGES if name in definition.args]
        times = self._times(definition, node, pages, paged=paged)
        selections = node.selection_set.selections
        inner = self.of(get_named_type(definition.type), selections, paged=bool(pages))
        return 1 + times * max(1, inner)

    def _times(
        self, definition: GraphQLField, node: FieldNode, pages: list[str], *, paged: bool
    ) -> int:
        """How often what is below a field comes, at the most."""
        given = {a.name.value: a.value for a in node.arguments or ()}
        if pages:
            sizes = (self._size(given.get(name), definition.args[name]) for name in pages)
            said = [size for size in sizes if size is not None]
            return max(1, *said) if said else self._limits.default_page
        if paged or not is_list_type(get_nullable_type(definition.type)):
            return 1
        lengths = [
            self._length(given.get(name))
            for name, argument in definition.args.items()
            if is_list_type(get_nullable_type(argument.type))
        ]
        return max(1, *lengths) if lengths else self._limits.default_list

    def _size(self, node: ValueNode | None, argument: Any) -> int | None:
        """Of a page; None where nobody says. What is no number is refused before it costs."""
        value = Undefined if node is None else self._value(node)
        if value is Undefined:
            value = argument.default_value
        if isinstance(value, float) and value.is_integer():  # GraphQL takes 1e9 for a whole number
            value = int(value)
        return value if isinstance(value, int) else None

    def _length(self, node: ValueNode | None) -> int:
        if isinstance(node, ListValueNode):
            return len(node.values)
        value = Undefined if node is None else self._value(node)
        return len(value) if isinstance(value, list) else 1

    def _value(self, node: ValueNode) -> Any:
        if isinstance(node, VariableNode):
            return self._values.get(node.name.value, Undefined)
        try:
            return value_from_ast_untyped(node, self._values)
        except ValueError:  # more digits than Python reads
            return self._limits.cost
