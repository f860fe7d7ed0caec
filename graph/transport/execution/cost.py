"""Computes the maximum cost of an operation with its variables before it is executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

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
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    value_from_ast_untyped,
)
from graphql.pyutils import Undefined

from graph.concurrency import may_pause
from graph.model.price import NO_PRICES, Price, Prices
from graph.transport.execution.documents import root_fields
from graph.transport.execution.introspection import Introspection
from graph.transport.execution.limits import QueryLimits, too_costly
from graph.transport.execution.values import CHARACTERS, size_of

_PAGES: Final = ("first", "last")


class Cost(NamedTuple):
    """What is counted of a selection."""

    fields: int
    """Fields of the response, by the sizes of its pages."""
    values: int = 0
    """Values in arguments; each use of a variable counts all values in it."""
    introspection: int = 0
    """Fields of the response that describe the schema."""
    schemas: int = 0
    """How often `__schema` is selected."""
    calls: int = 0
    """To services behind the server, apart from ``reads``."""
    reads: frozenset[tuple[str, int]] = frozenset()
    """What fields of one object read together, by name and number of calls."""

    @property
    def all_calls(self) -> int:
        return self.calls + sum(calls for _, calls in self.reads)

    def plus(self, other: Cost) -> Cost:
        return Cost(
            self.fields + other.fields,
            self.values + other.values,
            self.introspection + other.introspection,
            self.schemas + other.schemas,
            self.calls + other.calls,
            self.reads | other.reads,
        )

    def times(self, many: int) -> Cost:
        """The cost of a selection on ``many`` objects."""
        return Cost(
            self.fields * many,
            self.values * many,
            self.introspection * many,
            self.schemas * many,
            self.all_calls * many,
        )


def check_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    limits: QueryLimits,
    prices: Prices = NO_PRICES,
) -> Cost:
    """The cost of an operation. Raises GraphQLError if it is too high.

    The document is valid, and not too large: see ``check_shape``.
    """
    if size_of(dict(variables), limits.values) > limits.values:
        raise _too_many_values(limits)
    if operation.operation is OperationType.MUTATION:
        _check_mutations(document, operation, limits)
    root = schema.get_root_type(operation.operation)
    selections = operation.selection_set.selections
    return _Costs(schema, document, operation, variables, limits, prices).of(root, selections)


def _check_mutations(
    document: DocumentNode, operation: OperationDefinitionNode, limits: QueryLimits
) -> None:
    if len(root_fields(document, operation)) > limits.mutations:
        raise too_costly(f"The operation has more than {limits.mutations} mutations.")


class _Costs:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        limits: QueryLimits,
        prices: Prices,
    ) -> None:
        self._schema, self._limits, self._prices = schema, limits, prices
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._introspection = Introspection(schema, self._fragments, limits.introspection)
        self._known: dict[tuple[str, bool], Cost] = {}
        self._values: dict[str, Any] = {}
        self._sizes: dict[str, int] = {}
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
    ) -> Cost:
        """``paged``: the parent is a page, whose size has been counted already."""
        cost = Cost(0)
        for selection in selections:
            cost = cost.plus(self._one(parent, selection, paged=paged))
            self._check(cost)
        return cost

    def _check(self, cost: Cost) -> None:
        limits = self._limits
        if cost.fields > limits.cost:
            raise too_costly(
                f"The response may have more than {limits.cost} fields. Request smaller pages."
            )
        if cost.values > limits.values:
            raise _too_many_values(limits)
        if cost.all_calls > limits.calls:
            raise too_costly(
                f"The response may take more than {limits.calls} calls to AWS. Request smaller "
                "pages."
            )
        if cost.schemas > 1:
            raise too_costly("An operation may select `__schema` once.")
        if cost.introspection > limits.introspection:
            raise too_costly(
                f"The response would have more than {limits.introspection} fields of the schema."
            )

    def _one(
        self, parent: GraphQLNamedType | None, selection: SelectionNode, *, paged: bool
    ) -> Cost:
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
    ) -> Cost:
        condition = part.type_condition
        inner = self._schema.type_map.get(condition.name.value) if condition else parent
        return self.of(inner, part.selection_set.selections, paged=paged)

    def _field(self, parent: GraphQLNamedType | None, node: FieldNode, *, paged: bool) -> Cost:
        may_pause()
        own = Cost(1, sum(self._size(a.value) for a in node.arguments or ()))
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None:  # `__typename`, `__schema` and `__type`
            size = self._introspection.size(node) if node.selection_set else 0
            return own._replace(introspection=size, schemas=int(node.name.value == "__schema"))
        pages = [name for name in _PAGES if name in definition.args]
        times = self._times(definition, node, pages, paged=paged)
        price = self._prices.get(f"{parent}.{node.name.value}")
        if price is not None:
            reads = price.reads | self._asked(price, node)
            own = own.plus(Cost(0, calls=price.calls + price.per_item * times, reads=reads))
        if node.selection_set is None:
            return own
        selections = node.selection_set.selections
        inner = self.of(get_named_type(definition.type), selections, paged=bool(pages))
        return own.plus(inner._replace(fields=max(1, inner.fields)).times(times))

    def _asked(self, price: Price, node: FieldNode) -> frozenset[tuple[str, int]]:
        """The reads that the arguments of a field ask for."""
        if not price.asked:
            return frozenset()
        given = {a.name.value: self._value(a.value) for a in node.arguments or ()}
        return frozenset().union(
            *(reads for path, reads in price.asked.items() if _is_asked(given, path))
        )

    def _times(
        self, definition: GraphQLField, node: FieldNode, pages: list[str], *, paged: bool
    ) -> int:
        """The maximum number of times that the selection of a field is executed."""
        given = {a.name.value: a.value for a in node.arguments or ()}
        if pages:
            sizes = (self._page(given.get(name)) for name in pages)
            said = [size for size in sizes if size is not None]
            return max(1, *said) if said else self._usual(definition, given, pages)
        if paged or not is_list_type(get_nullable_type(definition.type)):
            return 1
        lengths = [
            self._length(given.get(name))
            for name, argument in definition.args.items()
            if is_list_type(get_nullable_type(argument.type))
        ]
        return max(1, *lengths) if lengths else self._limits.default_list

    def _usual(
        self, definition: GraphQLField, given: Mapping[str, ValueNode], pages: list[str]
    ) -> int:
        """The size of a page for which none is given."""
        sizes = [definition.args[name].default_value for name in pages]
        usual = [size for size in sizes if isinstance(size, int)]
        if not usual or any(name in given and self._value(given[name]) is None for name in pages):
            usual.append(self._limits.default_page)
        return max(1, *usual)

    def _page(self, node: ValueNode | None) -> int | None:
        """The size of a page, None if not given. Anything but a number is rejected later."""
        value = Undefined if node is None else self._value(node)
        if isinstance(value, float) and value.is_integer():  # GraphQL takes 1e9 for a whole number
            value = int(value)
        return value if isinstance(value, int) else None

    def _length(self, node: ValueNode | None) -> int:
        if isinstance(node, ListValueNode):
            return len(node.values)
        value = Undefined if node is None else self._value(node)
        return len(value) if isinstance(value, list) else 1

    def _size(self, node: ValueNode) -> int:
        """The number of values in an argument, those of its variables included."""
        if isinstance(node, VariableNode):
            name = node.name.value
            if name not in self._sizes:
                self._sizes[name] = size_of(self._values.get(name), self._limits.values)
            return self._sizes[name]
        if isinstance(node, ListValueNode):
            return 1 + sum(self._size(value) for value in node.values)
        if isinstance(node, ObjectValueNode):
            return 1 + sum(self._size(entry.value) for entry in node.fields)
        return 1 + (len(node.value) // CHARACTERS if isinstance(node, StringValueNode) else 0)

    def _value(self, node: ValueNode) -> Any:
        if isinstance(node, VariableNode):
            return self._values.get(node.name.value, Undefined)
        try:
            return value_from_ast_untyped(node, self._values)
        except ValueError:  # more digits than Python reads
            return self._limits.cost


def _is_asked(given: object, path: str) -> bool:
    """Whether arguments have a value there, other than null; the one that the path names, if any.

    Values are not coerced yet: those that are not objects are rejected later.
    """
    path, _, wanted = path.partition("=")
    for name in path.split("."):
        given = given.get(name) if isinstance(given, Mapping) else None
    return given is not None and given is not Undefined and wanted in ("", given)


def _too_many_values(limits: QueryLimits) -> Exception:
    return too_costly(
        f"The arguments have more than {limits.values} values in all, where each use of a variable "
        "counts and a long string counts several times."
    )
