"""GraphQL over HTTP: one request, and one response or a stream of results."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import orjson
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph.model.errors import INTERNAL_ERROR
from graph.model.request_id import new_request_id
from graph.transport import multipart, sse
from graph.transport.accept import GRAPHQL, JSON, MULTIPART, SSE, Accepted, read_accept
from graph.transport.body import (
    check_containers,
    check_head,
    decode,
    head_of,
    in_time,
    receive_body,
)
from graph.transport.endpoint import Endpoint
from graph.transport.execution.billing import OperationThrottled
from graph.transport.execution.executor import refused
from graph.transport.execution.request import NotAllowed, OperationRequest, RequestError
from graph.transport.parameters import Parameters, read_parameters, read_url_parameters
from graph.transport.refusals import Refusal, identified, interrupted, throttled
from graph.transport.report import NO_FIELD, Report, failures_of
from graph.transport.status import NOT_STREAMED, Stage, status_of
from graph.transport.streaming import EventStream, Format

log = logging.getLogger(__name__)

_SINGLE: Final = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}
"""Types of operation that have a single result, by what a method may carry."""
_STREAMED: Final = {
    SSE: frozenset(OperationType),
    MULTIPART: frozenset({OperationType.SUBSCRIPTION}),
}
_FORMATS: Final[dict[str, Format]] = {SSE: sse.FORMAT, MULTIPART: multipart.FORMAT}
_HEADERS: Final = {"x-content-type-options": "nosniff", "vary": "Accept"}
"""Of every response."""
_ENCODED: Final = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
_NO_STREAM: Final = (
    "A subscription requires text/event-stream, multipart/mixed;subscriptionSpec=1.0, or a "
    "WebSocket (graphql-transport-ws)."
)
_NOT_ACCEPTABLE: Final = (
    f"No media type in `Accept` is supported. Request {GRAPHQL}, {JSON} or, for subscriptions, an "
    "event stream."
)


async def answer(endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers one request; errors become responses."""
    scope["request_id"] = request_id = scope.get("request_id") or new_request_id()
    response = await _response(endpoint, scope, receive, request_id)
    if isinstance(response, Response):
        response.raw_headers += [(b"x-request-id", request_id.encode()), *_ENCODED]
    else:
        response.headers |= {"x-request-id": request_id, **_HEADERS}
    await response(scope, receive, send)


async def _response(
    endpoint: Endpoint, scope: Scope, receive: Receive, request_id: str
) -> Response | EventStream:
    """Not done by the caller, which would keep the request as long as a stream lasts."""
    request = Request(scope, in_time(receive, endpoint.limits.body_seconds))
    report = Report(scope, endpoint.observe, request_id, "http")
    return await _Exchange(endpoint, request, report).response()


class _Exchange:
    """One request on its way to a response."""

    def __init__(self, endpoint: Endpoint, request: Request, report: Report) -> None:
        self._endpoint, self._request, self._report = endpoint, request, report
        self._method = "GET" if request.method == "HEAD" else request.method
        """HEAD is GET without the body, which the server leaves out."""
        self._accepted = Accepted(JSON, None)
        """Read once the caller is known."""

    async def response(self) -> Response | EventStream:
        """The response. Reports the operation, unless a stream does so at its end."""
        report = self._report
        try:
            response = await self._answered()
        except Refusal as error:
            refusal = error
        except ClientDisconnect:
            refusal = Refusal(400, "The body is incomplete.")
        except asyncio.CancelledError:  # the end of the task, which only has to answer
            if not self._endpoint.stopping:
                raise
            refusal = interrupted()
        except Exception:  # a boundary: no stack trace reaches a client
            log.exception("request %s failed unexpectedly", report.request_id)
            refusal = Refusal(500, INTERNAL_ERROR, code="INTERNAL")
        else:
            if isinstance(response, Response):
                report.end()
            return response
        report.failures[refusal.code, NO_FIELD] += 1
        report.end()
        return refusal.response(self._media, report.request_id)

    @property
    def _media(self) -> str:
        return self._accepted.media or JSON

    async def _answered(self) -> Response | EventStream:
        request = self._request
        head = head_of(request.scope)
        check_head(request.method, head, self._endpoint.limits.body_bytes)
        withdrawals = self._endpoint.withdrawals
        self._report.identity = await identified(self._endpoint.identify, self._request)
        self._accepted = read_accept(head.get("accept"))
        if not self._accepted.anything:
            raise Refusal(406, _NOT_ACCEPTABLE)
        parameters = await self._parameters()
        if self._endpoint.withdrawals != withdrawals:  # while the body arrived
            self._report.identity = await identified(self._endpoint.identify, self._request)
        if self._accepted.stream:
            return await self._stream(parameters, self._accepted.stream)
        return await self._single(parameters)

    async def _parameters(self) -> Parameters:
        if self._method == "GET":
            return read_url_parameters(self._request.query_params)
        endpoint = self._endpoint
        receive = self._request.receive
        body = await receive_body(receive, endpoint.bodies, endpoint.limits.body_bytes)
        check_containers(body)
        try:
            data = decode(body)
        except ValueError as error:
            raise Refusal(400, "The body must be a JSON object with a query.") from error
        return read_parameters(data)

    def _asked(self, parameters: Parameters, allowed: frozenset[OperationType]) -> OperationRequest:
        return OperationRequest(
            parameters.query,
            parameters.variables,
            parameters.operation_name,
            self._report.identity,
            self._report.request_id,
            allowed,
            parameters.reference,
            parameters.with_cost,
        )

    async def _single(self, parameters: Parameters) -> Response | EventStream:
        asked = self._asked(parameters, _SINGLE[self._method])
        results, report = self._endpoint.results, self._report
        try:
            operation = await results.schema.prepared(asked)
        except NotAllowed as error:
            stream = self._accepted.last_resort
            if stream is not None and error.kind is OperationType.SUBSCRIPTION:
                return await self._stream(parameters, stream)
            raise _refusal_of(error) from None
        except RequestError as error:
            return self._request_error(error)
        report.summary = operation.summary
        try:
            payload = await results.single(operation, asked, report)
        except OperationThrottled as error:
            raise throttled(str(error), error.seconds) from None
        if payload.failures:
            report.failures.update(payload.failures)
        return self._json(payload.json, payload.stage)

    def _request_error(self, error: RequestError) -> Response:
        result = refused(self._endpoint.results.schema, error, self._report.request_id)
        self._report.failures += failures_of(result.errors, None)
        return self._json(orjson.dumps(result.formatted()), error.stage)

    def _json(self, body: bytes, stage: Stage) -> Response:
        status = status_of(stage.value, self._media)
        headers = {"Cache-Control": "private, no-store"} if self._method == "GET" else None
        return Response(body, status, headers, f"{self._media}; charset=utf-8")

    async def _stream(self, parameters: Parameters, kind: str) -> Response | EventStream:
        endpoint, report = self._endpoint, self._report
        allowed = _STREAMED[kind]
        if self._method == "GET":
            allowed -= {OperationType.MUTATION}
        asked = self._asked(parameters, allowed)
        other = await self._not_allowed(asked)
        if other is not None and self._accepts_single(kind):
            return await self._single(parameters)
        if other is not None and other.kind is OperationType.MUTATION and self._method == "GET":
            raise _refusal_of(other)
        endpoint.check_open()
        endpoint.streams.check()
        endpoint.streams.check_caller(endpoint.names_of(report.identity))
        report.transport = kind
        return EventStream(endpoint, _FORMATS[kind], asked, report)

    def _accepts_single(self, kind: str) -> bool:
        """Whether a client asks for a protocol of subscriptions alone with every operation."""
        return kind == MULTIPART and self._accepted.media is not None

    async def _not_allowed(self, asked: OperationRequest) -> NotAllowed | None:
        """Why the stream does not carry the operation. Other errors are reported by the stream."""
        if asked.allowed == _STREAMED[SSE]:
            return None
        try:
            await self._endpoint.results.schema.prepared(asked)
        except NotAllowed as error:
            return error
        except RequestError:
            return None
        return None


def _refusal_of(error: NotAllowed) -> Refusal:
    if error.kind is OperationType.SUBSCRIPTION:
        return Refusal(NOT_STREAMED, _NO_STREAM)
    return Refusal(405, "Mutations are not allowed when using GET.", headers={"Allow": "POST"})
