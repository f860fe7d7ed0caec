"""A span for each request. A stream or a WebSocket has one until it begins, not while it lasts."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.observability.tracing import Span, is_on, request_span
from graph.server.access_log import QUIET, TRACE_ID, is_stream, route_of

_SERVER_ERROR: Final = 500


class RequestSpans:
    """ASGI middleware, within the access log, which provides the id of the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        traced = scope["type"] in ("http", "websocket") and scope["path"] not in QUIET
        if not traced or not is_on():
            await self._app(scope, receive, send)
            return
        attributes = {
            "http.request.method": scope.get("method", "WEBSOCKET"),
            "url.path": scope["path"],
            "request.id": scope["request_id"],
        }
        with request_span(Headers(scope=scope), attributes) as span:
            if span is None:
                raise RuntimeError("tracing was switched off")
            scope[TRACE_ID] = span.trace_id

            async def noting(message: Message) -> None:
                _note(span, scope, message)
                await send(message)

            await self._app(scope, receive, noting)


def _note(span: Span, scope: Scope, message: Message) -> None:
    """Names the span when the response begins: its route is known by then."""
    kind = message["type"]
    if kind not in ("http.response.start", "websocket.accept", "websocket.close"):
        return
    route, status = route_of(scope), message.get("status")
    span.rename(f"{scope.get('method', 'WEBSOCKET')} {route}")
    span.note({"http.route": route})
    if status is not None:
        span.note({"http.response.status_code": status})
        if status >= _SERVER_ERROR:
            span.fail(str(status))
    if kind != "http.response.start" or is_stream(message.get("headers", ())):
        span.end()
