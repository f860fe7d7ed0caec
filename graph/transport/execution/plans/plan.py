"""A compiled selection: how it is made, and how it is used in one execution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import CoroutineType
from typing import Any, Final, TypeVar

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    VariableValues,
)

from graph.transport.execution.plans.arguments import keywords
from graph.transport.execution.plans.loads import Loads
from graph.transport.execution.plans.outcomes import Fallback, TooLarge, Unsupported
from graph.transport.execution.plans.selections import ALWAYS, Field
from graph.transport.execution.plans.writer import Writer

T = TypeVar("T")

_PIECE: Final = 1_000
"""Fields of the items of a list that are completed between two readings of the clock."""
_WORK: Final = 10_000
"""Fields in the lists below one item or object. Reading one takes about 0.1 to 1 microseconds."""
_STRIKE: Final = 4
_STRIKES: Final = 32
"""A plan that is left to graphql-core more often than every fifth time is dropped."""


@dataclass(eq=False, slots=True)
class Plan:
    """A function of one selection."""

    bind: Callable[..., Callable[[Any], Any]]
    others: frozenset[str]
    """Response keys of an object that are left to graphql-core."""
    piece: int
    """Items of a list that are completed at once."""
    loads: bool
    """Whether a part of the value may be completed later."""
    size: int
    """Characters of its source."""
    dropped: bool = False
    """Whether it was of no use too often."""
    _strikes: int = 0

    def succeeded(self) -> None:
        if self._strikes:
            self._strikes -= 1

    def failed(self) -> None:
        self._strikes += _STRIKE
        self.dropped = self._strikes >= _STRIKES


class Bound:
    """A plan with the variables and the context of one execution."""

    __slots__ = ("_function", "_left", "_loads", "plan")

    def __init__(
        self, schema: GraphQLSchema, plan: Plan, variables: VariableValues, context: Any
    ) -> None:
        """Raises Fallback for a null variable in a directive, and for arguments with errors."""
        self.plan, self._left = plan, _WORK
        self._loads: Loads | None = None
        self._function = plan.bind(
            variables.coerced,
            _Info(context),
            self._count,
            self._load,
            lambda given: keywords(schema, given, variables),
        )

    def loads(self) -> Loads | None:
        """For the parts of a value that are completed later; None if there are none."""
        return Loads() if self.plan.loads else None

    def complete(self, value: Any, loads: Loads | None = None) -> Any:
        """The completed object or items of a list. Raises Fallback, or as resolvers do.

        Without ``loads``, nothing may be completed later.
        """
        self.resume(loads)
        return self._function(value)

    def resume(self, loads: Loads | None) -> None:
        """From now on, until something is awaited, the plan completes parts of this value."""
        self._left, self._loads = _WORK, loads

    def _load(
        self, found: Any, target: dict[str, Any], key: str, complete: Callable[[Any], Any]
    ) -> Any:
        """The value of a field of which the resolver has returned ``found``, see ``Loads``."""
        if found.__class__ is not CoroutineType:
            return complete(found)
        if self._loads is None:
            found.close()
            raise Fallback("load")
        return self._loads.start(found, target, key, complete)

    def _count(self, items: Sequence[T], fields: int) -> Sequence[T]:
        """The items of a list inside the value. Raises Fallback for too much at once."""
        self._left -= len(items) * fields
        if self._left < 0:
            raise Fallback("large")
        return items


class _Info:
    """What resolvers of plain fields may use of their ``info``."""

    __slots__ = ("context",)

    def __init__(self, context: Any) -> None:
        self.context = context


def compile_plan(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    kind: GraphQLOutputType,
    nodes: Sequence[FieldNode],
) -> Plan | None:
    """A plan for the values of a field, which are lists or objects; None if it would be useless."""
    writer, field = Writer(schema, fragments), Field([(node, ALWAYS) for node in nodes])
    try:
        if isinstance(kind, GraphQLList):
            top, fields = writer.items_function(kind, field)
            others = frozenset[str]()
        elif isinstance(kind, GraphQLObjectType):
            top, fields, others = writer.object_function(kind, field.inner, partly=True)
        else:
            return None
    except (Unsupported, TooLarge):
        return None
    source = writer.source(top)
    exec(compile(source, "<plan>", "exec"), writer.globals)  # noqa: S102 - see ``writer``
    piece = max(1, _PIECE // max(1, fields))
    return Plan(writer.globals["bind"], others, piece, writer.loads, len(source))
