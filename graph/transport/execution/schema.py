"""A schema to be served: Strawberry's types, our limits, and errors that may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from graph.concurrency import in_steps
from graph.model.price import NO_PRICES, Prices
from graph.transport.execution.cost import Cost, check_cost
from graph.transport.execution.documents import (
    Document,
    Documents,
    chosen,
    operations_of,
    root_fields,
)
from graph.transport.execution.errors import CodeOf
from graph.transport.execution.limits import QueryLimits
from graph.transport.execution.pacing import Pacer
from graph.transport.execution.persisted import PersistedDocuments
from graph.transport.execution.plans.ahead import compile_ahead
from graph.transport.execution.request import (
    NotAllowed,
    Operation,
    OperationRequest,
    RequestError,
    State,
)
from graph.transport.execution.strawberry_internals import core_schema
from graph.transport.report import Summary

_KEPT: Final = 4
"""Combinations of types. A process serves one, under any limits; its tests have a few more."""


class UnusableDocument(ValueError):
    """A document of the manifest that could not be executed; the message names it and says why."""


class Schema:
    """Decides which operations may be executed. Remembers valid documents."""

    def __init__(
        self,
        types: strawberry.Schema,
        *,
        limits: QueryLimits,
        code_of: CodeOf,
        states: Mapping[str, State],
        persisted: PersistedDocuments,
        prices: Prices,
        compiled: bool,
    ) -> None:
        self._types, self._persisted, self._prices = types, persisted, prices
        self.core: GraphQLSchema = core_schema(types)
        self.limits, self.code_of = limits, code_of
        self._states = states
        self.documents = Documents(self.core, limits, compiled=compiled)
        self.pacer = Pacer()
        """Shared by all executions."""
        for document_id, text in persisted.manifest.documents.items():
            self._admit(document_id, text)

    def as_str(self) -> str:
        """The schema in GraphQL's schema definition language."""
        return self._types.as_str()

    async def prepared(self, request: OperationRequest) -> Operation:
        """The same as ``prepare``, while others are served."""
        known = self._known(request)
        return await in_steps(partial(self._new, request)) if known is None else known

    def prepare(self, request: OperationRequest) -> Operation:
        """The operation that a request selects.

        Raises RequestError if it is malformed, invalid or too expensive, NotAllowed if its type is.
        """
        return self._known(request) or self._new(request)

    def _known(self, request: OperationRequest) -> Operation | None:
        """An operation that was requested before and has no variables, which may change its cost.

        Raises RequestError for a document that is not allowed.
        """
        if request.variables:
            return None
        text = self._persisted.text_of(request.query, request.reference)
        document = self.documents.known(text)
        operation = document.operations.get(request.operation_name) if document else None
        if operation is None:
            return None
        self._persisted.register(text, request.reference)
        if operation.type not in request.allowed:
            raise NotAllowed(operation.type)
        return operation

    def _new(self, request: OperationRequest) -> Operation:
        text = self._persisted.text_of(request.query, request.reference)
        document = self.documents.get(text)
        self._persisted.register(text, request.reference)
        name, variables = request.operation_name, request.variables
        known = document.operations.get(name)
        definition = known.definition if known else chosen(document.node, name)
        if definition.operation not in request.allowed:
            raise NotAllowed(definition.operation)
        cost = self._cost(document.node, definition, variables)
        persisted = self._persisted.has(text)
        operation = self._operation(document, definition, cost, persisted=persisted)
        if not variables:
            document.operations[name] = operation
        return operation

    def _operation(
        self,
        document: Document,
        definition: OperationDefinitionNode,
        cost: Cost,
        *,
        persisted: bool,
    ) -> Operation:
        fields = root_fields(document.node, definition)
        names = {(field.alias or field.name).value: field.name.value for field in fields}
        name = definition.name.value if definition.name else None
        of_states = all(field.name.value in self._states for field in fields)
        subscribes = definition.operation is OperationType.SUBSCRIPTION
        return Operation(
            document.node,
            definition,
            Summary(name, definition.operation.value, names, persisted),
            self._states[fields[0].name.value] if subscribes and of_states else None,
            cost.fields,
            cost.all_calls,
            document.plans,
        )

    def _cost(
        self,
        document: DocumentNode,
        definition: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> Cost:
        try:
            return check_cost(self.core, document, definition, variables, self.limits, self._prices)
        except GraphQLError as error:
            raise RequestError([error]) from None

    def _admit(self, document_id: str, text: str) -> None:
        """Parses, validates, prices and compiles a document of the manifest.

        Raises UnusableDocument.

        Its price is that of a request without variables.
        """
        name = ""
        try:
            document = self.documents.get(text)
            operations = operations_of(document.node)
            if not operations:
                chosen(document.node, None)
            for definition in operations:
                name = f" ({definition.name.value})" if definition.name else ""
                self._cost(document.node, definition, {})
                if document.plans is not None:
                    compile_ahead(self.core, document.plans, definition)
        except RequestError as error:
            why = error.errors[0].message
            raise UnusableDocument(f"document '{document_id}'{name}: {why}") from None


def make_schema(
    *,
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    types: Sequence[type] = (),
    scalars: Mapping[object, ScalarDefinition] | None = None,
    limits: QueryLimits | None = None,
    code_of: CodeOf = lambda _error: None,
    states: Mapping[str, State] | None = None,
    persisted: PersistedDocuments | None = None,
    prices: Prices = NO_PRICES,
    compiled: bool = True,
) -> Schema:
    """A schema to be served. Errors for which ``code_of`` is None are masked as an internal error.

    ``states`` names the subscriptions whose events are states: a client that has the newest misses
    nothing. Each is executed once for all who ask for the same with equal rights, so that what it
    shows may depend on rights and never on identity. Where a client resumes it is no part of
    what is shared. ``prices``: which fields call services behind the server, and how often.
    ``compiled``: whether plans are made. Raises UnusableDocument for a document of the manifest
    that is invalid or too expensive.
    """
    known = _Scalars((scalars or {}).items())
    return Schema(
        _converted(query, mutation, subscription, tuple(types), known),
        limits=limits or QueryLimits(),
        code_of=code_of,
        states=states or {},
        persisted=persisted or PersistedDocuments(),
        prices=prices,
        compiled=compiled,
    )


class _Scalars(tuple[tuple[object, ScalarDefinition], ...]):
    """Hashed by the types, as definitions of scalars cannot be."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(tuple(kind for kind, _ in self))


@lru_cache(_KEPT)
def _converted(
    query: type,
    mutation: type | None,
    subscription: type | None,
    types: tuple[type, ...],
    scalars: _Scalars,
) -> strawberry.Schema:
    """Kept, as it takes a tenth of a second: nothing changes what Strawberry has made."""
    return strawberry.Schema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        config=StrawberryConfig(scalar_map=dict(scalars)),
    )
