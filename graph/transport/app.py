"""The ASGI application: GraphQL over HTTP, graphql-transport-ws, SSE, and multipart."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import Any, Final

import orjson
from cross_web import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.graphql import OperationType

from graph.transport.accept import GRAPHQL, JSON, MULTIPART, Wanted, read_accept
from graph.transport.body import bounded, check_head, decode
from graph.transport.errors import MASK
from graph.transport.refusals import Refusal, of_identity
from graph.transport.report import NO_FIELD, Observer, Report, ignore
from graph.transport.results import Asked, MakeContext, Payload, Results, failures_in, shape
from graph.transport.schema import Schema
from graph.transport.sockets import HardenedHandler, SocketContext, TextAdapter
from graph.transport.streams import FORMATS, EventStream, Slots

log = logging.getLogger(__name__)

Identify = Callable[[HTTPConnection, Mapping[str, Any] | None], Awaitable[Any]]
"""Who asks: by the headers, or the payload of connection_init. What it gives has to be hashable.
Raises an error with a code."""

_INIT_SECONDS: Final = 10
_WANTED: Final = "datasync-api.wanted"
_REPORT: Final = "datasync-api.report"
_NOT_ACCEPTABLE: Final = (
    f"no media type of `Accept` can be answered; {GRAPHQL}, {JSON} and, for subscriptions, event "
    "streams can"
)
_NO_STREAM: Final = (
    "a subscription needs text/event-stream, multipart/mixed;subscriptionSpec=1.0, or a WebSocket "
    "(graphql-transport-ws)"
)
_WITHOUT_STREAM: Final = {
    "GET": {OperationType.QUERY},
    "POST": {OperationType.QUERY, OperationType.MUTATION},
}


class GraphQLApp(GraphQL[Any, Any]):
    """Answers by the audits' profile of GraphQL over HTTP: errors of a request are 400."""

    graphql_transport_ws_handler_class = HardenedHandler
    websocket_adapter_class = TextAdapter

    def __init__(
        self,
        schema: Schema,
        *,
        identify: Identify,
        make_context: MakeContext,
        observe: Observer = ignore,
        body_limit: int = 1 << 20,
        body_seconds: float = 30,
        subscriptions_per_socket: int = 20,
        origins: tuple[str, ...] = (),
        sockets: int = 10_000,
        streams: int = 5_000,
        streams_per_caller: int = 1_000,
        keep_alive_seconds: float = 15,
        stuck_seconds: float = 30,
    ) -> None:
        """``origins``: whose pages may open a WebSocket, beside those of the server's own.

        ``observe`` is called at the end of each operation.
        """
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=True,
            connection_init_wait_timeout=timedelta(seconds=_INIT_SECONDS),
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL, MULTIPART),
            max_subscriptions_per_connection=subscriptions_per_socket,
            allowed_origins=origins,
        )
        self.observe = observe
        self.identify, self._make_context = identify, make_context
        self.results = Results(schema, make_context)
        self._body_limit, self._body_seconds = body_limit, body_seconds
        self._keep_alive_seconds = keep_alive_seconds
        self.sockets, self.open_sockets = sockets, 0
        self.slots = Slots(streams, streams_per_caller)
        self.stuck_seconds = stuck_seconds
        """How long one message may wait for a client that does not read."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, bounded(receive, self._body_limit, self._body_seconds))
        scope["request_id"] = request_id = scope.get("request_id") or uuid.uuid4().hex
        response = await self._answer(request, request_id)
        response.headers["X-Request-Id"] = request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Vary"] = "Accept"
        await response(scope, receive, send)

    async def _answer(self, request: Request, request_id: str) -> Response:
        """The response, whatever happens."""
        report = request.scope[_REPORT] = Report(request_id, None, "http")
        try:
            check_head(request.method, request.headers, self._body_limit)
            report.identity = request.scope["identity"] = await self._identified(request)
            request.scope[_WANTED] = _acceptable(request)
            response = await self.run(request)
        except Refusal as error:
            refusal = error
        except HTTPException as error:  # Strawberry's own
            refusal = Refusal(error.status_code, error.reason)
        except ClientDisconnect:
            refusal = Refusal(400, "the body has not come to its end")
        except Exception:  # a border: no stack trace reaches a client
            log.exception("request %s broke", request_id)
            refusal = Refusal(500, MASK, code="INTERNAL")
        else:
            if report.transport == "http":  # a stream reports when it ends
                self._report(request.scope, report)
            return response
        report.failures[refusal.code, NO_FIELD] += 1
        self._report(request.scope, report)
        return refusal.response(_media(request), request_id)

    def _report(self, scope: Scope, report: Report, *, cancelled: bool = False) -> None:
        report.end(cancelled=cancelled)
        self.observe(scope, report)

    async def _identified(self, request: Request) -> Any:
        try:
            return await self.identify(request, None)
        except Exception as error:
            refusal = of_identity(error)
            if refusal is None:
                raise
            raise refusal from error

    async def get_context(self, request: Request | WebSocket, response: Any) -> Any:
        if isinstance(request, WebSocket):
            return SocketContext(request)
        return self._make_context(request.scope["identity"], request.scope["request_id"])

    def should_render_graphql_ide(self, request: Any) -> bool:
        return False

    async def parse_http_body(self, request: Any) -> Any:
        try:
            data = await super().parse_http_body(request)
        except (AttributeError, TypeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise Refusal(400, "the body has to be a JSON object with a query") from error
        if isinstance(data, list):
            raise Refusal(400, "one operation a request")
        if not isinstance(data.query, str) or not data.query:
            raise Refusal(400, "No GraphQL query found in the request")
        if data.operation_name is not None and not isinstance(data.operation_name, str):
            raise Refusal(400, "`operationName` must be a string or null")
        return data

    async def execute_single(
        self,
        request: Any,
        request_adapter: Any,
        sub_response: Any,
        context: Any,
        root_value: Any,
        request_data: Any,
    ) -> Any:
        report: Report = request.scope[_REPORT]
        report.summary = self.results.summary(request_data.query, request_data.operation_name)
        try:
            result = await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                root_value=root_value,
                operation_name=request_data.operation_name,
                allowed_operation_types=_WITHOUT_STREAM[request.method],
                operation_extensions=request_data.extensions,
            )
            report.failures += failures_in(result, report.summary, context)
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise Refusal(400, _NO_STREAM) from None
            why = error.as_http_error_reason(request.method)
            raise Refusal(405, why, headers={"Allow": "POST"}) from None
        return result

    async def execute_operation(
        self,
        request: Any,
        request_adapter: Any,
        request_data: Any,
        context: Any,
        root_value: Any,
        sub_response: Any,
    ) -> Any:
        transport = self._get_stream_transport(request_data.protocol)
        if transport is None:
            return await super().execute_operation(
                request, request_adapter, request_data, context, root_value, sub_response
            )
        allowed = transport.allowed_operation_types(OperationType.from_http(request.method))
        asked = Asked(
            request_data.query,
            request_data.variables,
            request_data.operation_name,
            request.scope["identity"],
            request.scope["request_id"],
            frozenset(allowed),
        )
        report: Report = request.scope[_REPORT]
        report.transport = request_data.protocol
        return self.reported(request.scope, asked, report)

    async def reported(
        self, scope: Scope, asked: Asked, report: Report
    ) -> AsyncGenerator[Payload, None]:
        """The results of an operation. Calls the observer when they have come to their end."""
        ended = False
        report.summary = self.results.summary(asked.query, asked.operation_name)
        try:
            async with aclosing(self.results.of(asked)) as results:
                async for payload in results:
                    report.failures.update(payload.failures)
                    yield payload
            ended = True
        finally:
            self._report(scope, report, cancelled=not ended)

    async def process_result(self, request: Request, result: Any) -> Any:
        return shape(result)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        response.media_type = _media(request)
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        media = sub_response.media_type
        failed = isinstance(response_data, dict) and "data" not in response_data
        status = 400 if failed and media == GRAPHQL else 200
        return Response(orjson.dumps(response_data), status, media_type=f"{media}; charset=utf-8")

    async def _create_streaming_response(
        self, request: Request, result: Any, protocol: Any, sub_response: Any
    ) -> Response:
        caller, form = request.scope["identity"], FORMATS[protocol]
        self.slots.check(caller)
        return EventStream(
            result,
            form,
            slots=self.slots,
            caller=caller,
            keep_alive_seconds=self._keep_alive_seconds,
        )

    def decode_json(self, data: str | bytes) -> object:
        return decode(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def _get_stream_transport_from_headers(self, headers: Any) -> Any:
        return self._get_stream_transport(read_accept(headers.get("accept")).stream or "")


def _acceptable(request: Request) -> Wanted:
    wanted = read_accept(request.headers.get("accept"))
    if not wanted.anything:
        raise Refusal(406, _NOT_ACCEPTABLE)
    return wanted


def _wanted(connection: HTTPConnection) -> Wanted:
    """As read once the caller is known; JSON before that."""
    wanted: Wanted = connection.scope.get(_WANTED, Wanted(JSON, None))
    return wanted


def _media(connection: HTTPConnection) -> str:
    return _wanted(connection).media or JSON
