"""The ASGI application: GraphQL over HTTP, graphql-transport-ws, and SSE."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import orjson
import strawberry
from cross_web import HTTPException
from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import process_result
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.http.streaming import SSETransport
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from graph.transport.accept import GRAPHQL, JSON, negotiate, prefers_stream
from graph.transport.sockets import HardenedHandler

Identify = Callable[[HTTPConnection, Mapping[str, Any] | None], Awaitable[Any]]
"""Who asks: by the headers, or the payload of connection_init. Raises an error with a code."""
MakeContext = Callable[[Any, str], Any]
"""What the resolvers get, by identity and request id: made anew for each operation."""

_INIT_SECONDS: Final = 10


class LineFeedSSE(SSETransport):
    """Event streams with LF: urql's client fails on CRLF."""

    def encode_event(self, event: str, data: str | None = None) -> str:
        return f"event: {event}\ndata: {data or ''}\n\n"

    def encode_comment(self, comment: str) -> str:
        return f": {comment}\n\n"


class TextAdapter(ASGIWebSocketAdapter):
    """orjson gives bytes, which would go out as binary frames."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error


class GraphQLApp(GraphQL[Any, Any]):
    """Answers by the audits' profile of GraphQL over HTTP: errors of a request are 400."""

    graphql_transport_ws_handler_class = HardenedHandler
    websocket_adapter_class = TextAdapter
    stream_transport_classes_by_protocol: Final = {  # type: ignore[misc]
        **GraphQL.stream_transport_classes_by_protocol,
        "sse": LineFeedSSE,
        "graphql-sse": LineFeedSSE,
    }

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        identify: Identify,
        make_context: MakeContext,
        body_limit: int = 1 << 20,
        subscriptions_per_socket: int = 20,
        origins: tuple[str, ...] = (),
    ) -> None:
        """``origins``: whose pages may open a WebSocket, beside those of the server's own."""
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=True,
            connection_init_wait_timeout=timedelta(seconds=_INIT_SECONDS),
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, "graphql-sse"),
            max_subscriptions_per_connection=subscriptions_per_socket,
            allowed_origins=origins,
        )
        self._identify, self._make_context = identify, make_context
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, _bounded(receive, self._body_limit))
        scope["request_id"] = request_id = scope.get("request_id") or uuid.uuid4().hex
        response = await self._answer(request)
        response.headers["X-Request-Id"] = request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        media = negotiate(request.headers.get("accept"))
        try:
            self._check_head(request, media)
            request.scope["identity"] = await self._identify(request, None)
            return await self.run(request)
        except HTTPException as error:
            return self._refusal(error.status_code, error.reason, None, media, request)
        except Exception as error:
            code = getattr(error, "code", None)
            if not isinstance(code, str):
                raise
            status = 401 if code == "UNAUTHENTICATED" else 503
            return self._refusal(status, str(error), code, media, request)

    def _check_head(self, request: Request, media: str | None) -> None:
        """What is refused before anything is read."""
        accept = request.headers.get("accept")
        if request.method not in ("GET", "POST"):
            raise HTTPException(405, "GraphQL takes GET and POST")
        if media is None and not prefers_stream(accept):
            raise HTTPException(406, f"this server answers {GRAPHQL} or {JSON}")
        if request.method == "POST":
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != JSON:
                raise HTTPException(415, f"the body has to be {JSON}")
        if int(request.headers.get("content-length") or 0) > self._body_limit:
            raise HTTPException(413, f"the body has more than {self._body_limit} bytes")

    def _refusal(
        self, status: int, reason: str, code: str | None, media: str | None, request: Request
    ) -> Response:
        if status == 400 and "are not allowed when using GET" in reason:  # noqa: PLR2004
            status = 405
        error: dict[str, Any] = {"message": reason}
        error["extensions"] = {
            "code": code or "BAD_REQUEST",
            "requestId": request.scope["request_id"],
        }
        response = Response(
            orjson.dumps({"errors": [error]}), status, media_type=f"{media or JSON}; charset=utf-8"
        )
        if status == 405:  # noqa: PLR2004
            response.headers["Allow"] = "POST" if request.method == "GET" else "GET, POST"
        return response

    async def get_context(self, request: Request | WebSocket, response: Any) -> Any:
        if isinstance(request, WebSocket):
            return _SocketContext(self, request)
        return self._make_context(request.scope["identity"], request.scope["request_id"])

    async def on_ws_connect(self, context: Any) -> Any:
        """graphql-transport-ws, "ConnectionInit": who asks is told once, by header or payload."""
        payload = context.connection_params
        try:
            context.identity = await self._identify(context.socket, payload)
        except Exception as error:
            if not isinstance(getattr(error, "code", None), str):
                raise
            raise ConnectionRejectionError({"code": error.code}) from error  # type: ignore[attr-defined]
        return strawberry.UNSET

    def operation_context(self, context: Any) -> Any:
        """For one operation of a socket: a context as fresh as a request's."""
        return self._make_context(context.identity, uuid.uuid4().hex)

    async def parse_http_body(self, request: Any) -> Any:
        try:
            data = await super().parse_http_body(request)
        except (AttributeError, TypeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise HTTPException(400, "the body has to be a JSON object with a query") from error
        if isinstance(data, list):
            raise HTTPException(400, "one operation a request")
        if not isinstance(data.query, str) or not data.query:
            raise HTTPException(400, "No GraphQL query found in the request")
        if data.operation_name is not None and not isinstance(data.operation_name, str):
            raise HTTPException(400, "`operationName` must be a string or null")
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
        if _is_subscription(request_data.query, request_data.operation_name):
            raise HTTPException(
                400, "a subscription needs text/event-stream, or a WebSocket (graphql-transport-ws)"
            )
        return await super().execute_single(
            request, request_adapter, sub_response, context, root_value, request_data
        )

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        response.headers["X-Media"] = negotiate(request.headers.get("accept")) or JSON
        return response

    async def process_result(self, request: Request, result: Any) -> Any:
        """A request error has no data entry at all."""
        shown = process_result(result)
        if result.data is None and all(error.path is None for error in result.errors or ()):
            shown.pop("data", None)
        return shown

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        media = sub_response.headers.get("X-Media", JSON)
        failed = isinstance(response_data, dict) and "data" not in response_data
        status = 400 if failed and media == GRAPHQL else 200
        response = Response(
            orjson.dumps(response_data), status, media_type=f"{media}; charset=utf-8"
        )
        response.headers["Vary"] = "Accept"
        return response

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def _get_stream_transport_from_headers(self, headers: Any) -> Any:
        if not prefers_stream(headers.get("accept")):
            return None
        return super()._get_stream_transport_from_headers(headers)


class _SocketContext:
    """What Strawberry keeps for a socket: who asks, once that is known."""

    def __init__(self, app: GraphQLApp, socket: WebSocket) -> None:
        self.app, self.socket = app, socket
        self.identity: Any = None
        self.connection_params: Any = None

    def for_operation(self) -> Any:
        return self.app.operation_context(self)


def _is_subscription(query: str, name: str | None) -> bool:
    if "subscription" not in query:
        return False
    try:
        document = parse(query, max_tokens=2_000, no_location=True)
    except GraphQLError:
        return False
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    chosen = [o for o in operations if name is None or (o.name and o.name.value == name)]
    return len(chosen) == 1 and chosen[0].operation is OperationType.SUBSCRIPTION


def _bounded(receive: Receive, limit: int) -> Receive:
    """Counts what is received, whatever the header says."""
    received = 0

    async def counted() -> Any:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, f"the body has more than {limit} bytes")
        return message

    return counted
