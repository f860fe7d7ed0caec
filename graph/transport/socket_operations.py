"""The operations of one WebSocket: each has an id, and ends by a message with that id."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.types import Message, Scope

from graph.model.errors import INTERNAL_ERROR
from graph.model.request_id import new_request_id
from graph.observability.metrics import LIMITED
from graph.transport.endpoint import Endpoint
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.results import Following, Payload
from graph.transport.follower import Follower
from graph.transport.messages import frame, head_of_next, text
from graph.transport.outbox import ClientGone, Outbox
from graph.transport.parameters import Parameters
from graph.transport.report import NO_FIELD, Report

log = logging.getLogger(__name__)


class SocketOperations:
    """Owns a task per operation, except those that follow a state."""

    def __init__(self, endpoint: Endpoint, scope: Scope, outbox: Outbox) -> None:
        self._endpoint, self._scope, self._outbox = endpoint, scope, outbox
        self._live: dict[str, asyncio.Task[None] | Follower] = {}

    def __contains__(self, operation_id: str) -> bool:
        return operation_id in self._live

    async def start(self, operation_id: str, parameters: Parameters, identity: Any) -> None:
        """Begins an operation, or rejects it if there are too many. Raises ClientGone."""
        report = Report(
            self._scope, self._endpoint.observe, new_request_id(), "websocket", identity
        )
        most = self._endpoint.limits.operations_per_socket
        if len(self._live) >= most:
            LIMITED.labels("socket_operations").inc()
            report.failures["QUOTA_EXCEEDED", NO_FIELD] += 1
            report.end()
            message = f"a socket may have at most {most} operations"
            errors = _errors(message, "QUOTA_EXCEEDED", report.request_id)
            await self._outbox.send(text(frame(operation_id, "error", errors)))
            return
        request = OperationRequest(
            parameters.query,
            parameters.variables,
            parameters.operation_name,
            identity,
            report.request_id,
            reference=parameters.reference,
            with_cost=parameters.with_cost,
        )
        self._live[operation_id] = asyncio.create_task(self._run(operation_id, request, report))

    def cancel(self, operation_id: str) -> None:
        """Nothing more is sent for that id. Does not wait for it, which would block the socket."""
        operation = self._live.pop(operation_id, None)
        if operation is not None:
            operation.cancel()

    async def aclose(self) -> None:
        """Cancels all, and waits until they have ended."""
        operations = list(self._live.values())
        for operation in operations:
            operation.cancel()
        await asyncio.gather(*map(_ended, operations), return_exceptions=True)

    async def _run(self, operation_id: str, request: OperationRequest, report: Report) -> None:
        """Sends the results of an operation, and the message that ends it, unless it is a state."""
        ended = follows = False
        try:
            payloads = await self._begin(operation_id, request, report)
            if payloads is None:
                follows = True
                return
            async with aclosing(payloads):
                async for payload in payloads:
                    report.failures.update(payload.failures)
                    if payload.errors is not None:
                        ended = True
                        await self._end(operation_id, "error", payload.errors)
                        return
                    await self._outbox.send(text(frame(operation_id, "next", payload.json)))
            ended = True
            await self._end(operation_id, "complete")
        except ClientGone:
            log.debug("a client disconnected during operation %s", operation_id)
        except Exception:  # a boundary: the client must learn that the operation has ended
            log.exception("request %s failed unexpectedly", report.request_id)
            report.failures["INTERNAL", NO_FIELD] += 1
            await self._end(
                operation_id, "error", _errors(INTERNAL_ERROR, "INTERNAL", report.request_id)
            )
        finally:
            if not follows:
                report.end(cancelled=not ended)

    async def _begin(
        self, operation_id: str, request: OperationRequest, report: Report
    ) -> AsyncGenerator[Payload, None] | None:
        """The results of an operation; None if it is a state, which is followed from now on."""
        follower = _SocketFollower(operation_id, self._live, self._outbox, report)
        begun = await self._endpoint.results.begin(request, report, follower)
        if not isinstance(begun, Following):
            return begun
        follower.following = begun
        if not follower.is_over:
            self._live[operation_id] = follower
        return None

    async def _end(self, operation_id: str, kind: str, payload: bytes | None = None) -> None:
        """Ends an operation. Its id can be used again before the client reads that it has ended."""
        self._live.pop(operation_id, None)
        await self._outbox.send(text(frame(operation_id, kind, payload)))


class _SocketFollower(Follower):
    """An operation that follows a state."""

    __slots__ = ("_head", "_id", "_live")

    def __init__(
        self, operation_id: str, live: dict[str, Any], outbox: Outbox, report: Report
    ) -> None:
        super().__init__(outbox, report)
        self._id, self._live = operation_id, live
        self._head = head_of_next(operation_id)

    def cancel(self) -> None:
        if not self.is_over:
            self._report.end(cancelled=not self._closing)
        super().cancel()

    def _frame(self, payload: Payload) -> bytes | None:
        wire = self._outbox.wire
        if wire is None or payload.errors is not None:
            return None
        return wire.framed(b"".join((self._head, payload.json, b"}")))

    def _message(self, payload: Payload) -> Message:
        if payload.errors is None:
            return text(frame(self._id, "next", payload.json))
        self._end()
        return text(frame(self._id, "error", payload.errors))

    def _last(self) -> Message:
        self._end()
        return text(frame(self._id, "complete"))

    def _end(self) -> None:
        """The id can be used again before the client reads that the operation has ended."""
        self.is_over = True
        self._live.pop(self._id, None)
        self._report.end()


async def _ended(operation: asyncio.Task[None] | Follower) -> None:
    await (operation.aclose() if isinstance(operation, Follower) else operation)


def _errors(message: str, code: str, request_id: str) -> bytes:
    error = GraphQLError(message, extensions={"code": code, "requestId": request_id})
    return orjson.dumps([error.formatted])
