"""Logs one line per request and counts requests by route. Never logs a token, query or body.

Every response has the id of its line in ``X-Request-Id``.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.history.origin import note_origin
from graph.model.caller import Identity
from graph.model.request_id import new_request_id
from graph.observability.logs import Fields
from graph.observability.metrics import (
    GRAPHQL_ERRORS,
    GRAPHQL_OPERATIONS,
    HTTP_REQUESTS,
    HTTP_SECONDS,
)
from graph.server import health
from graph.server.http_limits import REFUSED
from graph.transport import Report

log = logging.getLogger(__name__)

_ENTRY: Final = "datasync-api.access"
TRACE_ID: Final = "datasync-api.trace"
"""In the scope of a request that has a span: the id of its trace."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
QUIET: Final = frozenset({*health.PATHS, "/v1/datasync/metrics", "/v1/datasync/ping"})
"""Polled by machines, and therefore logged at debug only."""
_SHOWN: Final = 200
_HEADS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
_STREAMS: Final = (b"text/event-stream", b"multipart/mixed")
"""Content types of responses that last as long as their client listens."""


@dataclass
class Entry:
    """What is known about one request or WebSocket."""

    request_id: str = field(default_factory=new_request_id)
    started: float = field(default_factory=time.perf_counter)
    caller: Identity | None = None
    rejected: str | None = None
    """Why the credentials were rejected, for the log only."""
    status: int = 0
    streams: bool = False
    close: int | None = None
    """The code with which the server closed a WebSocket."""
    report: Report | None = None
    """The report on the GraphQL operation in the request."""

    def note(self, message: Message) -> None:
        """Notes the status of an outgoing message."""
        kind = message["type"]
        if kind in _HEADS:
            self.status = message["status"]
            self.streams = is_stream(message.get("headers", ()))
        elif kind == "websocket.accept":
            self.status, self.streams = 101, True
        elif kind == "websocket.close":
            self.close = message.get("code")
            self.status = self.status or 403


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
        note_origin(scope)

        async def noting(message: Message) -> None:
            entry.note(message)
            if message["type"] in _HEADS:
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Request-Id", entry.request_id)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            entry.status = entry.status or 500
            raise
        finally:
            # A request that was cut off has been answered already, whatever the application sent.
            entry.status = scope.get(REFUSED, entry.status)
            _finish(scope, entry)


def note_caller(scope: Scope, caller: Identity) -> None:
    """Adds the caller to the log line of a request."""
    entry = scope.get(_ENTRY)
    if isinstance(entry, Entry):
        entry.caller = caller


def note_rejection(scope: Scope, reason: str) -> None:
    """Adds to the log line of a request why its caller was rejected. Holds no secret."""
    entry = scope.get(_ENTRY)
    if isinstance(entry, Entry):
        entry.rejected = reason


def note_operation(scope: Scope, report: Report) -> None:
    """Counts a GraphQL operation and its errors, and has it logged.

    Over HTTP, the log line of the request names the operation. Over a WebSocket, which carries
    many operations, each has a line of its own.
    """
    for (code, name), times in report.failures.items():
        GRAPHQL_ERRORS.labels(code, name).inc(times)
    GRAPHQL_OPERATIONS.labels(*_labels(report), report.transport, report.outcome).inc()
    entry = scope.get(_ENTRY)
    if isinstance(entry, Entry):
        entry.report = report
    if scope["type"] == "websocket":
        log.info(_operation_line(scope, report))


def _labels(report: Report) -> tuple[str, str]:
    """The name of the operation and its type. Names that clients make up count as one."""
    summary = report.summary
    if summary is None:
        return "none", "none"
    return (summary.name or "anonymous") if summary.persisted else "other", summary.kind


def _operation_line(scope: Scope, report: Report) -> Fields:
    return Fields(
        transport=report.transport,
        route=route_of(scope),
        **_described(report),
        outcome=report.outcome,
        ms=round(1000 * report.seconds, 1),
        caller=report.identity.identity.who,
        request_id=report.request_id,
        trace_id=scope.get(TRACE_ID),
    )


def _described(report: Report | None) -> dict[str, object]:
    """The part of a log line about a GraphQL operation."""
    if report is None:
        return {}
    summary = report.summary
    return {
        "operation": summary.name[:_SHOWN] if summary and summary.name else None,
        "type": summary.kind if summary else None,
        "fields": _counted(Counter(summary.fields.values())) if summary else None,
        "errors": _counted(_by_code(report)) or None,
    }


def _by_code(report: Report) -> Counter[str]:
    codes: Counter[str] = Counter()
    for (code, _), times in report.failures.items():
        codes[code] += times
    return codes


def _counted(names: Counter[str]) -> str:
    """Each name, with its count if that is more than one."""
    return ",".join(f"{name}:{n}" if n > 1 else name for name, n in names.items())


def _finish(scope: Scope, entry: Entry) -> None:
    seconds, route = time.perf_counter() - entry.started, route_of(scope)
    method = scope.get("method", "WEBSOCKET")
    method = method if method in _METHODS or method == "WEBSOCKET" else "OTHER"
    HTTP_REQUESTS.labels(method, route, entry.status).inc()
    if not entry.streams:
        HTTP_SECONDS.labels(method, route).observe(seconds)
    level = logging.DEBUG if route in QUIET else logging.INFO
    if log.isEnabledFor(level):
        log.log(level, _line(scope, entry, method, route, seconds))


def _line(scope: Scope, entry: Entry, method: str, route: str, seconds: float) -> Fields:
    path = scope.get("path", "")
    described = _described(entry.report) if scope["type"] == "http" else {}
    return Fields(
        method=method,
        route=route,
        path=None if path == route else path[:_SHOWN],
        **described,
        status=entry.status or "none",
        close=entry.close,
        ms=round(1000 * seconds, 1),
        caller=entry.caller.who if entry.caller else None,
        rejected=entry.rejected,
        peer=_peer(scope) if entry.rejected else None,
        request_id=entry.request_id,
        trace_id=scope.get(TRACE_ID),
    )


def route_of(scope: Scope) -> str:
    """The template of the route that matched, so that the set of labels is bounded."""
    path: str | None = getattr(scope.get("route"), "path", None)
    return path or "none"


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def is_stream(headers: Any) -> bool:  # noqa: ANN401 - pairs of bytes, as ASGI has them
    """Whether a response with these headers lasts as long as its client listens."""
    return any(
        name.lower() == b"content-type" and value.startswith(_STREAMS) for name, value in headers
    )
