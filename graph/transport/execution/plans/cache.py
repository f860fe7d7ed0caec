"""The plans of one document, which live as long as it is cached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    VariableValues,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails

from graph.observability.metrics import GRAPHQL_PLANS, GRAPHQL_VALUES
from graph.transport.execution.plans.direct import Direct, direct_of
from graph.transport.execution.plans.outcomes import Fallback, reason_of
from graph.transport.execution.plans.plan import Bound, Plan, compile_plan

Key = tuple[Any, ...]
"""The type of a value, and the identities of the field nodes that select it."""
_MOST: Final = 200
"""Values of one document for which it is known whether they have a plan."""
_COMPILED: Final = "compiled"
_values = cache(GRAPHQL_VALUES.labels)


class OfExecutors(NamedTuple):
    """What all executors of a document have in common."""

    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]


class Plans:
    """Compiles what a document selects when it is executed for the second time."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        grown: Callable[[int], None] = lambda _size: None,
    ) -> None:
        """``grown`` is told the characters of all sources together after each new one."""
        self.schema, self._grown = schema, grown
        self._document = document  # its nodes, whose identities are in the keys, stay alive
        self.fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._known: dict[Key, Plan | None] = {}
        self._direct: dict[Key, Direct | None] = {}
        self._size = 0
        self._executed = False
        self.of_executors: OfExecutors | None = None
        """Known once the document has been executed."""

    def begin(self) -> bool:
        """Whether the execution that begins may use plans: it is not the first."""
        executed, self._executed = self._executed, True
        return executed

    def expect(self) -> None:
        """From now on, executions use plans."""
        self._executed = True

    def knows(self, kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> bool:
        """Whether ``get`` would not compile."""
        return _key(kind, nodes) in self._known

    def get(self, kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Plan | None:
        """The plan for the values of a field of this type; None if there is no use in one."""
        key = _key(kind, nodes)
        if key not in self._known:
            if len(self._known) >= _MOST:
                return None
            self._known[key] = self._compiled(kind, nodes)
        return self._known[key]

    def direct(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Direct | None:
        """How to call the resolver of a field of an object; None if graphql-core has to."""
        key = _key(kind, nodes)
        if key not in self._direct:
            if len(self._direct) >= _MOST:
                return None
            self._direct[key] = direct_of(self.schema, kind, nodes)
        return self._direct[key]

    def _compiled(self, kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Plan | None:
        plan = compile_plan(self.schema, self.fragments, kind, nodes)
        if plan is not None:
            self._size += plan.size
            self._grown(self._size)
            GRAPHQL_PLANS.labels(_COMPILED).inc()
        return plan


class PlansInUse:
    """The plans of one execution, or of all events of one subscription."""

    def __init__(
        self,
        plans: Plans,
        variables: VariableValues,
        context: Any,
        busy: Callable[[], bool],
    ) -> None:
        """``busy``: whether there is no time to compile now."""
        self._plans, self._variables, self._context = plans, variables, context
        self._busy = busy
        self._bound: dict[Key, Bound | None] = {}
        self._outcomes: dict[str, int] = {}
        self._compiled = 0
        self._may_compile = False

    def __enter__(self) -> None:
        """Before the execution, or each event."""
        self._may_compile = self._may_compile or self._plans.begin()

    def __exit__(self, *_exc: object) -> None:
        """After it: counts what was completed, and by whom."""
        if self._compiled:
            _values(_COMPILED).inc(self._compiled)
            self._compiled = 0
        if self._outcomes:
            for outcome, number in self._outcomes.items():
                _values(outcome).inc(number)
            self._outcomes.clear()

    def find(self, kind: GraphQLOutputType, details: Sequence[FieldDetails]) -> Bound | None:
        """The plan for the value of a field, if it has one."""
        if not self._may_compile:
            return None
        nodes = [each.node for each in details]
        key = _key(kind, nodes)
        if key not in self._bound:
            if self._busy() and not self._plans.knows(kind, nodes):
                return None
            usual = not any(each.defer_usage or each.fragment_variable_values for each in details)
            self._bound[key] = self._bind(kind, nodes) if usual else None
        bound = self._bound[key]
        return None if bound is None or bound.plan.dropped else bound

    def direct(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> Direct | None:
        """How to call the resolver of a field of an object; None if graphql-core has to."""
        if not self._may_compile or details[0].fragment_variable_values:
            return None
        return self._plans.direct(kind, [each.node for each in details])

    def waits(self, kind: GraphQLOutputType, details: Sequence[FieldDetails]) -> bool:
        """Whether ``find`` would compile if there were time."""
        return self._may_compile and _key(kind, [each.node for each in details]) not in self._bound

    def succeeded(self, bound: Bound) -> None:
        """A plan has completed a value."""
        bound.plan.succeeded()
        self._compiled += 1

    def failed(self, bound: Bound, error: Exception) -> None:
        """A plan has left a value to graphql-core: because of the value, or of a failed load."""
        reason = reason_of(error)
        self._count(reason)
        if reason == "load":
            return
        bound.plan.failed()
        if bound.plan.dropped:
            GRAPHQL_PLANS.labels("dropped").inc()

    def _bind(self, kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Bound | None:
        plan = self._plans.get(kind, nodes)
        if plan is None:
            return None
        try:
            return Bound(self._plans.schema, plan, self._variables, self._context)
        except Fallback as error:
            self._count(error.reason)
            return None

    def _count(self, outcome: str) -> None:
        self._outcomes[outcome] = self._outcomes.get(outcome, 0) + 1


def _key(kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Key:
    return (kind, *map(id, nodes))
