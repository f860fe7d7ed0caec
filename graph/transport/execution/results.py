"""The results of an operation, each as the JSON that every transport sends in its own frame."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from graphql import OperationType

from graph.transport.execution.errors import MASK
from graph.transport.execution.executor import Result, execute, refused, subscribe
from graph.transport.execution.groups import Groups
from graph.transport.execution.request import Operation, OperationRequest, RequestError
from graph.transport.execution.schema import Schema
from graph.transport.report import NO_FIELD, Context, Failures, Report, Summary, failures_of
from graph.transport.status import Stage

log = logging.getLogger(__name__)

MakeContext = Callable[[Any, str], Any]
"""What resolvers are given, by identity and request id: a new one for each operation. See
``graph.transport.report.Context``."""


@dataclass(frozen=True, slots=True)
class Payload:
    """One result, encoded."""

    json: bytes
    stage: Stage
    errors: bytes | None = None
    """Of an operation that was not executed at all: the list of its errors."""
    failures: Failures = field(default_factory=Counter)


class Results:
    """Executes operations. Owns the mutations under way, and what groups of subscribers follow."""

    def __init__(self, schema: Schema, make_context: MakeContext) -> None:
        self.schema = schema
        self._make_context = make_context
        self._groups: Groups[Payload] = Groups()
        self._mutations: set[asyncio.Task[Payload]] = set()

    async def of(self, request: OperationRequest, report: Report) -> AsyncGenerator[Payload, None]:
        """The results; of a state that outruns the reader, the newest alone."""
        try:
            operation = self.schema.prepare(request)
        except RequestError as error:
            yield _encoded(refused(self.schema, error, request.request_id), None)
            return
        report.summary = operation.summary
        if operation.type is not OperationType.SUBSCRIPTION:
            yield await self.single(operation, request, report)
            return
        source = partial(self._events, operation, request)
        events = self._groups.follow(_key(request), source) if operation.is_state else source()
        async with aclosing(events):
            async for payload in events:
                yield payload

    async def single(
        self, operation: Operation, request: OperationRequest, report: Report
    ) -> Payload:
        """The result of a query or mutation.

        A mutation is not cancelled with the request that waits for it: halfway, it would leave
        behind what it has taken. ``aclose`` waits for it.
        """
        if operation.type is not OperationType.MUTATION:
            return await self._executed(operation, request)
        # Owned by ``_mutations`` until it is done.
        task = asyncio.create_task(self._executed(operation, request))
        self._mutations.add(task)
        task.add_done_callback(self._mutations.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            report.leave_to(task)
            raise

    async def aclose(self, seconds: float) -> None:
        """Waits for the mutations under way, and cancels those that take longer."""
        if self._mutations:
            _, late = await asyncio.wait(self._mutations, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _executed(self, operation: Operation, request: OperationRequest) -> Payload:
        try:
            context = self._make_context(request.identity, request.request_id)
            result = await execute(self.schema, operation, request, context)
            return _encoded(result, operation.summary, context)
        except Exception as error:  # noqa: BLE001 - a boundary: an error must not end the socket
            return _broken(request, error)

    async def _events(
        self, operation: Operation, request: OperationRequest
    ) -> AsyncGenerator[Payload, None]:
        try:
            context = self._make_context(request.identity, request.request_id)
            async with aclosing(subscribe(self.schema, operation, request, context)) as results:
                async for result in results:
                    yield _encoded(result, operation.summary)
        except Exception as error:  # noqa: BLE001 - the same
            yield _broken(request, error)


def _encoded(result: Result, summary: Summary | None, context: Context | None = None) -> Payload:
    failures = failures_of(result.errors, summary)
    if context is not None:
        failures += getattr(context, "failures", Counter())
    response = result.formatted()
    errors = None if result.executed else orjson.dumps(response["errors"])
    return Payload(orjson.dumps(response), result.stage, errors, failures)


def _broken(request: OperationRequest, error: Exception) -> Payload:
    log.error("request %s broke", request.request_id, exc_info=error)
    extensions = {"code": "INTERNAL", "requestId": request.request_id}
    response = {"errors": [{"message": MASK, "extensions": extensions}]}
    failures = Counter({("INTERNAL", NO_FIELD): 1})
    return Payload(orjson.dumps(response), Stage.BROKEN, failures=failures)


def _key(request: OperationRequest) -> Hashable:
    """What two subscribers have to share, to share the results."""
    variables = orjson.dumps(dict(request.variables), option=orjson.OPT_SORT_KEYS)
    return request.query, variables, request.operation_name, request.identity, request.allowed
