"""What a document may ask for: one pass over it, linear because fragments are remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
    get_named_type,
    is_list_type,
)
from graphql.pyutils import Undefined
from graphql.type import GraphQLNonNull
from strawberry.extensions import SchemaExtension

_PAGE_ARGUMENTS = ("first", "last")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each, in one document."""

    characters: int = 20_000
    tokens: int = 2_000
    depth: int = 14
    aliases: int = 30
    directives: int = 50
    fields: int = 2_000
    cost: int = 20_000
    default_page: int = 25
    errors: int = 5


class _Size(NamedTuple):
    depth: int
    fields: int
    cost: int


class Guard(SchemaExtension):
    """Refuses a document that is too large, before it is validated."""

    limits = Limits()

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if context.query is not None:
            if len(context.query) > self.limits.characters:
                raise too_costly(f"the document has more than {self.limits.characters} characters")
            context.parse_options["max_tokens"] = self.limits.tokens
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        schema: GraphQLSchema = context.schema._schema  # noqa: SLF001 - Strawberry has no other way
        document = context.graphql_document
        try:
            if document is not None:
                _only_one_or_named(document, context._provided_operation_name)  # noqa: SLF001
                _Pass(schema, document, context.variables or {}, self.limits).check()
        except GraphQLError as refusal:
            context.pre_execution_errors = [refusal]
        yield
        if context.pre_execution_errors:
            del context.pre_execution_errors[self.limits.errors :]
            for error in context.pre_execution_errors:
                error.message = error.message.partition(" Did you mean ")[0]


def too_costly(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "TOO_COSTLY"})


def _only_one_or_named(document: DocumentNode, name: str | None) -> None:
    """GetOperation(): without a name there must be only one operation."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if name is None and len(operations) > 1:
        raise GraphQLError("Must provide operation name if query contains multiple operations.")


class _Pass:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: Mapping[str, Any],
        limits: Limits,
    ) -> None:
        self._schema, self._document = schema, document
        self._variables, self._limits = variables, limits
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._known: dict[str, _Size] = {}
        self._aliases = self._directives = 0

    def check(self) -> None:
        for definition in self._document.definitions:
            self._count_directives(definition)
            if isinstance(definition, OperationDefinitionNode):
                root = self._schema.get_root_type(definition.operation)
                self._walk(root, definition.selection_set.selections, 0, frozenset())
        for name in self._fragments:  # a fragment that nobody spreads is still validated
            self._fragment(name, 0, frozenset())

    def _walk(
        self, parent: Any, selections: tuple[SelectionNode, ...], level: int, open_: frozenset[str]
    ) -> _Size:
        depth = fields = cost = 0
        if level > 10 * self._limits.depth:
            raise too_costly("the document nests too deeply")
        for selection in selections:
            self._count_directives(selection)
            size = self._size(parent, selection, level, open_)
            depth, fields = max(depth, size.depth), fields + size.fields
            cost += size.cost
            self._hold(depth, fields, cost)
        return _Size(depth, fields, cost)

    def _size(
        self, parent: Any, selection: SelectionNode, level: int, open_: frozenset[str]
    ) -> _Size:
        if isinstance(selection, FieldNode):
            return self._field(parent, selection, level, open_)
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value, level, open_)
        condition = selection.type_condition  # type: ignore[attr-defined]  # an inline fragment
        inner = self._schema.type_map.get(condition.name.value) if condition else parent
        return self._walk(inner, selection.selection_set.selections, level + 1, open_)  # type: ignore[attr-defined]

    def _field(self, parent: Any, node: FieldNode, level: int, open_: frozenset[str]) -> _Size:
        if node.alias:
            self._aliases += 1
            if self._aliases > self._limits.aliases:
                raise too_costly(f"the document has more than {self._limits.aliases} aliases")
        if node.selection_set is None:
            return _Size(1, 1, 1)
        definition = getattr(parent, "fields", {}).get(node.name.value)
        inner_type = get_named_type(definition.type) if definition else None
        if node.name.value.startswith("__"):  # introspection is bounded by graphql-core's own rule
            return _Size(1, 1, 50)
        inner = self._walk(inner_type, node.selection_set.selections, level + 1, open_)
        times = self._times(definition, node)
        return _Size(inner.depth + 1, inner.fields + 1, 1 + times * max(1, inner.cost))

    def _times(self, definition: Any, node: FieldNode) -> int:
        """A page multiplies what is below it; a list inside a page was multiplied with it."""
        if definition is None:
            return 1
        for argument in node.arguments or ():
            if argument.name.value in _PAGE_ARGUMENTS:
                value = argument.value
                if isinstance(value, IntValueNode):
                    return max(1, int(value.value[:9]))
                if isinstance(value, VariableNode):
                    given = self._variables.get(value.name.value)
                    return max(1, given) if isinstance(given, int) else self._limits.default_page
        page = next((definition.args.get(name) for name in _PAGE_ARGUMENTS), None)
        if page is not None:
            default = page.default_value
            return default if default is not Undefined and default else self._limits.default_page
        bare = definition.type
        bare = bare.of_type if isinstance(bare, GraphQLNonNull) else bare
        return 2 if is_list_type(bare) else 1

    def _fragment(self, name: str, level: int, open_: frozenset[str]) -> _Size:
        if name in open_:
            raise GraphQLError(f"Cannot spread fragment '{name}' within itself.")
        if name not in self._known:
            node = self._fragments.get(name)
            if node is None:
                return _Size(0, 0, 0)
            inner = self._schema.type_map.get(node.type_condition.name.value)
            selections = node.selection_set.selections
            self._known[name] = self._walk(inner, selections, level + 1, open_ | {name})
        return self._known[name]

    def _count_directives(self, node: Any) -> None:
        self._directives += len(getattr(node, "directives", None) or ())
        if self._directives > self._limits.directives:
            raise too_costly(f"the document has more than {self._limits.directives} directives")

    def _hold(self, depth: int, fields: int, cost: int) -> None:
        if depth > self._limits.depth:
            raise too_costly(f"the document is deeper than {self._limits.depth}")
        if fields > self._limits.fields:
            raise too_costly(f"the document selects more than {self._limits.fields} fields")
        if cost > self._limits.cost:
            raise too_costly(
                f"the document may cost more than {self._limits.cost}: ask for smaller pages"
            )
