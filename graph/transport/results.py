"""The results of an operation, each as the JSON that every transport sends around its own frame."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson
from strawberry.http import process_result
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from graph.transport.errors import MASK
from graph.transport.groups import Groups
from graph.transport.report import NO_FIELD, Failures, Summary, failures_of
from graph.transport.schema import Schema

log = logging.getLogger(__name__)

MakeContext = Callable[[Any, str], Any]
"""What the resolvers get, by identity and request id: made anew for each operation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation that a client wants, over whatever transport."""

    query: str
    variables: Mapping[str, Any] | None
    operation_name: str | None
    identity: Hashable
    """Two that are equal may see the same."""
    request_id: str = field(compare=False)
    allowed: frozenset[OperationType] = frozenset(OperationType)


@dataclass(frozen=True, slots=True)
class Payload:
    """One result, encoded."""

    json: bytes
    errors: bytes | None = None
    """Of an operation that was not executed at all: their list alone."""
    failures: Failures = field(default_factory=Counter)


class Results:
    """Executes operations; those that follow the same state, for equal callers, only once."""

    def __init__(self, schema: Schema, make_context: MakeContext) -> None:
        self._schema, self._make_context = schema, make_context
        self._groups: Groups[Payload] = Groups()

    def summary(self, query: str, operation_name: str | None) -> Summary | None:
        """What can be said of an operation before it is executed; None if it will not be."""
        return self._schema.summary(query, operation_name)

    def of(self, asked: Asked) -> AsyncGenerator[Payload, None]:
        """Its results; of a state that outruns the reader, the newest alone."""
        if not self._schema.follows_state(asked.query, asked.operation_name):
            return self._executed(asked)
        key = (asked.query, _key(asked.variables), asked.operation_name, asked.identity)
        return self._groups.follow((key, asked.allowed), lambda: self._executed(asked))

    async def _executed(self, asked: Asked) -> AsyncGenerator[Payload, None]:
        context = self._make_context(asked.identity, asked.request_id)
        summary = self._schema.summary(asked.query, asked.operation_name)
        try:
            source = await self._schema.stream(
                asked.query,
                variable_values=dict(asked.variables or {}),
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=asked.allowed,
            )
            async with aclosing(source):
                async for result in source:
                    yield _encoded(result, failures_in(result, summary, context))
        except Exception:  # a border: what cannot be shown must not tear a stream
            log.exception("request %s broke", asked.request_id)
            extensions = {"code": "INTERNAL", "requestId": asked.request_id}
            broken = {"errors": [{"message": MASK, "extensions": extensions}]}
            yield Payload(orjson.dumps(broken), failures=Counter({("INTERNAL", NO_FIELD): 1}))


def shape(result: ExecutionResult) -> dict[str, Any]:
    """The members of an answer. A request error has no data entry at all."""
    shown: dict[str, Any] = dict(process_result(result))
    if result.data is None and all(error.path is None for error in result.errors or ()):
        shown.pop("data", None)
    return shown


def failures_in(result: ExecutionResult, summary: Summary | None, context: Any) -> Failures:
    """Those of a result, and those that its resolvers answered as data and noted meanwhile."""
    failures = failures_of(result.errors, summary)
    noted: Failures | None = getattr(context, "failures", None)
    if noted:
        failures += noted
        noted.clear()
    return failures


def _encoded(result: ExecutionResult, failures: Failures) -> Payload:
    shown = shape(result)
    refused = isinstance(result, PreExecutionError)
    errors = orjson.dumps(shown["errors"]) if refused else None
    return Payload(orjson.dumps(shown), errors, failures)


def _key(variables: Mapping[str, Any] | None) -> bytes:
    return orjson.dumps(dict(variables or {}), option=orjson.OPT_SORT_KEYS)
