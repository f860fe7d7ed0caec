"""A schema with limits, masked errors, and graphql-core's leak cured."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast

import strawberry
from graphql import FieldNode, GraphQLError
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.types.scalar import ScalarDefinition

from graph.transport.cost import check_cost
from graph.transport.documents import Documents, Malformed, chosen, root_fields
from graph.transport.errors import CodeOf, shown
from graph.transport.limits import Limits
from graph.transport.report import Summary


class PerEventMemo(StrawberryGraphQLCoreExecutionContext):
    """Gives each event of a subscription a memo of its own.

    graphql-core 3.3.2 shares one among them all, keyed by the id of a list that is new for each
    event: it grows by 2.6 kB an event and never hits.
    """

    def build_per_event_executor(self, payload: Any) -> Any:
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}  # noqa: SLF001 - the memo that leaks
        return executor


class Schema(strawberry.Schema):
    """Strawberry's, but for what happens before and after an execution."""

    def __init__(
        self, *, limits: Limits, code_of: CodeOf, states: frozenset[str], **given: Any
    ) -> None:
        super().__init__(**given, execution_context_class=PerEventMemo)
        self._limits, self._code_of, self._states = limits, code_of, states
        self._documents = Documents(self._schema, limits)

    def follows_state(self, query: str, operation_name: str | None) -> bool:
        """Whether an operation is a subscription of which only the newest event counts."""
        if not self._states:
            return False
        try:
            operation = chosen(self._documents.get(query), operation_name)
        except Malformed:
            return False
        first, *more = operation.selection_set.selections
        return (
            operation.operation.value == OperationType.SUBSCRIPTION.value
            and not more
            and isinstance(first, FieldNode)
            and first.name.value in self._states
        )

    def summary(self, query: str, operation_name: str | None) -> Summary | None:
        """What can be said of an operation before it is executed; None if it will not be."""
        try:
            document = self._documents.get(query)
            operation = chosen(document, operation_name)
        except Malformed:
            return None
        fields = {
            (field.alias or field.name).value: field.name.value
            for field in root_fields(document, operation)
        }
        name = operation.name.value if operation.name else None
        return Summary(name, operation.operation.value, fields)

    async def execute(  # type: ignore[override]
        self, query: str | None, variable_values: Any = None, context_value: Any = None, **more: Any
    ) -> ExecutionResult:
        """As Strawberry's, with errors that may be shown."""
        result = await super().execute(query, variable_values, context_value, **more)
        return self._showable(result, context_value)

    async def stream(  # type: ignore[override]
        self, query: str | None, variable_values: Any = None, context_value: Any = None, **more: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        """As Strawberry's, with errors that may be shown; closing it closes what it follows."""
        source = await super().stream(query, variable_values, context_value, **more)
        return self._shown(cast("AsyncGenerator[ExecutionResult, None]", source), context_value)

    async def _shown(
        self, source: AsyncGenerator[ExecutionResult, None], context: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        async with aclosing(source):
            try:
                async for result in source:
                    yield self._showable(result, context)
            except Exception as error:  # noqa: BLE001 - a border; ``shown`` logs it
                broken = GraphQLError(str(error), original_error=error)
                yield self._showable(PreExecutionError(data=None, errors=[broken]), context)

    def _showable(self, result: ExecutionResult, context: Any) -> ExecutionResult:
        if result.errors:
            request_id = getattr(context, "request_id", None)
            result.errors = shown(result.errors, self._code_of, request_id)
        return result

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Leaves the log to ``shown``: Strawberry's own holds each mistake of a client."""

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        """Parses and validates, but for texts seen before; the cost counts for each request.

        In place of Strawberry's, whose hooks cannot refuse a document before it is parsed: over a
        stream an error of theirs ends the whole stream.
        """
        try:
            document = self._documents.get(context.query or "")
            operation = chosen(document, context._provided_operation_name)  # noqa: SLF001 - as given
            context.graphql_document = document
            kind = OperationType(operation.operation.value)
            if kind not in context.allowed_operations:
                raise InvalidOperationTypeError(kind)
            check_cost(self._schema, document, operation, context.variables or {}, self._limits)
        except Malformed as malformed:
            return PreExecutionError(data=None, errors=malformed.errors)
        except GraphQLError as refusal:
            return PreExecutionError(data=None, errors=[refusal])
        return None


def make_schema(
    *,
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    types: Sequence[type] = (),
    scalars: Mapping[object, ScalarDefinition] | None = None,
    limits: Limits | None = None,
    code_of: CodeOf = lambda _error: None,
    states: frozenset[str] = frozenset(),
) -> Schema:
    """A schema to be served. Errors without a code are masked as "Internal error".

    ``states`` names the subscriptions whose events are states: a client that has the newest misses
    nothing. Each is executed once for all equal callers that ask for the same.

    The request's id, which an error shows, is the ``request_id`` of the context.
    """
    return Schema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        config=StrawberryConfig(scalar_map=dict(scalars or {})),
        limits=limits or Limits(),
        code_of=code_of,
        states=states,
    )
