"""A schema with limits, masked errors, and graphql-core's leak cured."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext
from strawberry.types.scalar import ScalarDefinition

from graph.transport.limits import Guard, Limits

log = logging.getLogger(__name__)

CodeOf = Callable[[BaseException], str | None]
"""The code of an error that may be shown as it is; None for one that must not."""


class PerEventMemo(StrawberryGraphQLCoreExecutionContext):
    """Gives each event of a subscription a memo of its own.

    graphql-core 3.3.2 shares one among them all, keyed by the id of a list that is new for each
    event: it grows by 2.6 kB an event and never hits.
    """

    def build_per_event_executor(self, payload: Any) -> Any:
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}  # noqa: SLF001 - the memo that leaks
        return executor


class _Schema(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Logs what is the server's fault alone; a client's mistake is the client's to read."""
        for error in errors:
            if (error.extensions or {}).get("code") == "INTERNAL":
                log.error("%s", error.path, exc_info=error.original_error)


def make_schema(
    *,
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    types: Sequence[type] = (),
    scalars: Mapping[object, ScalarDefinition] | None = None,
    limits: Limits | None = None,
    code_of: CodeOf = lambda _error: None,
) -> strawberry.Schema:
    """A schema to be served. Errors without a code are masked as "Internal error"."""
    given_limits, given_code = limits or Limits(), code_of

    class Limited(Guard):
        limits = given_limits

    class Coded(_Masked):
        code_of = staticmethod(given_code)

    return _Schema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        extensions=[Coded, Limited],
        execution_context_class=PerEventMemo,
        config=StrawberryConfig(disable_field_suggestions=True, scalar_map=dict(scalars or {})),
    )


class _Masked(SchemaExtension):
    """Gives every error a code, and hides what no client should read."""

    code_of: CodeOf

    def on_operation(self) -> Iterator[None]:
        yield
        result = self.execution_context.result
        errors = getattr(result, "errors", None)
        if errors:
            result.errors = [self._shown(error) for error in errors]  # type: ignore[union-attr]

    def _shown(self, error: GraphQLError) -> GraphQLError:
        extensions = dict(error.extensions or {})
        message = error.message
        if error.original_error is not None:
            code = self.code_of(error.original_error)
            if code is None and not isinstance(error.original_error, GraphQLError):
                code, message = "INTERNAL", "Internal error"
            if code is not None:
                extensions["code"] = code
        extensions.setdefault("code", "GRAPHQL_INVALID")
        request_id = getattr(self.execution_context.context, "request_id", None)
        if request_id:
            extensions["requestId"] = request_id
        return GraphQLError(
            message,
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            original_error=error.original_error,
            extensions=extensions,
        )
