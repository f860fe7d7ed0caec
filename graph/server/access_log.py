"""One line a request, and a count of it by route. Never a token, a query or a body."""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.model.caller import Caller
from graph.observability.logs import pairs
from graph.observability.metrics import HTTP_REQUESTS, HTTP_SECONDS
from graph.server.http_limits import REFUSED
from graph.transport import GraphQLApp

log = logging.getLogger(__name__)

_ENTRY: Final = "datasync-api.access"
_OPERATION: Final = "datasync-api.operation"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_QUIET: Final = frozenset({"/healthz", "/v1/datasync/metrics", "/v1/datasync/ping"})
"""Asked by machines all the time: at debug only."""
_SHOWN: Final = 200


@dataclass
class Entry:
    """What is learned of one request, or of one socket, on its way."""

    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: float = field(default_factory=time.perf_counter)
    caller: Caller | None = None
    status: int = 0
    streams: bool = False

    def note(self, message: Message) -> None:
        """Of what goes out."""
        kind = message["type"]
        if kind in ("http.response.start", "websocket.http.response.start"):
            self.status = message["status"]
            self.streams = _is_stream(message.get("headers", ()))
        elif kind == "websocket.accept":
            self.status, self.streams = 101, True
        elif kind == "websocket.close" and not self.status:
            self.status = 403


class AccessLog:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        entry = scope[_ENTRY] = Entry()
        scope["request_id"] = entry.request_id

        async def noting(message: Message) -> None:
            entry.note(message)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            entry.status = entry.status or 500
            raise
        finally:
            # Cut off in the middle, its client was told so at once, whatever was answered here.
            entry.status = scope.get(REFUSED, entry.status)
            _tell(scope, entry)


class LoggedGraphQL(GraphQLApp):
    """Says which operation a request names."""

    async def parse_http_body(self, request: Any) -> Any:  # noqa: ANN401 - Strawberry's hook
        data = await super().parse_http_body(request)
        request._request.scope[_OPERATION] = data.operation_name  # noqa: SLF001 - no other way to it
        return data


def note_caller(scope: Scope, caller: Caller) -> None:
    """Whoever identifies a request says so, for its line in the log."""
    entry = scope.get(_ENTRY)
    if isinstance(entry, Entry):
        entry.caller = caller


def _tell(scope: Scope, entry: Entry) -> None:
    seconds, route = time.perf_counter() - entry.started, _route(scope)
    method = scope.get("method", "WEBSOCKET")
    method = method if method in _METHODS or method == "WEBSOCKET" else "OTHER"
    HTTP_REQUESTS.labels(method, route, entry.status).inc()
    if not entry.streams:
        HTTP_SECONDS.labels(method, route).observe(seconds)
    level = logging.DEBUG if route in _QUIET else logging.INFO
    if log.isEnabledFor(level):
        log.log(level, "%s", _line(scope, entry, method, route, seconds))


def _line(scope: Scope, entry: Entry, method: str, route: str, seconds: float) -> str:
    path = scope.get("path", "")
    operation = scope.get(_OPERATION)
    return pairs(
        method=method,
        route=route,
        path=None if path == route else path[:_SHOWN],
        operation=str(operation)[:_SHOWN] if operation else None,
        status=entry.status or "none",
        ms=f"{1000 * seconds:.1f}",
        caller=entry.caller.who if entry.caller else None,
        request_id=entry.request_id,
    )


def _route(scope: Scope) -> str:
    """The template that matched: a bounded set, whatever paths are asked for."""
    path: str | None = getattr(scope.get("route"), "path", None)
    return path or "none"


def _is_stream(headers: Any) -> bool:  # noqa: ANN401 - pairs of bytes, as ASGI has them
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in headers
    )
