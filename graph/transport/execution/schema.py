"""A schema to be served: Strawberry's types, our limits, and errors that may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import strawberry
from graphql import GraphQLError, GraphQLSchema, OperationType
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from graph.model.price import NO_PRICES, Prices
from graph.transport.execution.cost import check_cost
from graph.transport.execution.documents import Documents, chosen, root_fields
from graph.transport.execution.errors import CodeOf
from graph.transport.execution.limits import QueryLimits
from graph.transport.execution.pacing import Pacer
from graph.transport.execution.persisted import PersistedDocuments
from graph.transport.execution.request import NotAllowed, Operation, OperationRequest, RequestError
from graph.transport.execution.strawberry_internals import core_schema
from graph.transport.report import Summary


class Schema:
    """Decides which operations may be executed. Remembers valid documents."""

    def __init__(
        self,
        types: strawberry.Schema,
        *,
        limits: QueryLimits,
        code_of: CodeOf,
        states: frozenset[str],
        persisted: PersistedDocuments,
        prices: Prices,
    ) -> None:
        self._types, self._persisted, self._prices = types, persisted, prices
        self.core: GraphQLSchema = core_schema(types)
        self.limits, self.code_of = limits, code_of
        self._states = states
        self._documents = Documents(self.core, limits)
        self.pacer = Pacer()
        """Shared by all executions."""

    def as_str(self) -> str:
        """The schema in GraphQL's schema definition language."""
        return self._types.as_str()

    def prepare(self, request: OperationRequest) -> Operation:
        """The operation that a request selects.

        Raises RequestError if it is malformed, invalid or too expensive, NotAllowed if its type is.
        """
        text = self._persisted.text_of(request.query, request.reference)
        document = self._documents.get(text)
        self._persisted.register(text, request.reference)
        definition = chosen(document, request.operation_name)
        if definition.operation not in request.allowed:
            raise NotAllowed(definition.operation)
        try:
            cost = check_cost(
                self.core, document, definition, request.variables, self.limits, self._prices
            )
        except GraphQLError as error:
            raise RequestError([error]) from None
        fields = root_fields(document, definition)
        names = {(field.alias or field.name).value: field.name.value for field in fields}
        name = definition.name.value if definition.name else None
        of_states = all(field.name.value in self._states for field in fields)
        is_state = definition.operation is OperationType.SUBSCRIPTION and of_states
        summary = Summary(name, definition.operation.value, names)
        return Operation(document, definition, summary, is_state, cost.fields, cost.all_calls)


def make_schema(
    *,
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    types: Sequence[type] = (),
    scalars: Mapping[object, ScalarDefinition] | None = None,
    limits: QueryLimits | None = None,
    code_of: CodeOf = lambda _error: None,
    states: frozenset[str] = frozenset(),
    persisted: PersistedDocuments | None = None,
    prices: Prices = NO_PRICES,
) -> Schema:
    """A schema to be served. Errors for which ``code_of`` is None are masked as "Internal error".

    ``states`` names the subscriptions whose events are states: a client that has the newest misses
    nothing. Each is executed once for all who ask for the same with equal rights, so that what it
    shows may depend on rights and never on who asks. ``prices``: which fields
    call services behind the server, and how often.
    """
    return Schema(
        strawberry.Schema(
            query=query,
            mutation=mutation,
            subscription=subscription,
            types=types,
            config=StrawberryConfig(scalar_map=dict(scalars or {})),
        ),
        limits=limits or QueryLimits(),
        code_of=code_of,
        states=states,
        persisted=persisted or PersistedDocuments(),
        prices=prices,
    )
