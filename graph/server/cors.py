"""CORS: answers as the original server does, or allows the origins of the settings."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ORIGINAL: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "X-Auth-Token",
}
"""The original's response to every preflight request."""

_METHODS: Final = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
_TAKEN: Final = "Authorization, Content-Type, X-Auth-Token, X-Forwarded-User"
_SHOWN: Final = "Allow, Retry-After, X-Flywheel-Task, X-Items, X-Request-Id"
_SECONDS: Final = "600"


class Cors:
    """Answers preflight requests, and adds CORS headers to responses.

    Without origins it behaves like the original: preflight requests of the REST paths succeed for
    any page, ping and version may be read, and GraphQL accepts its own origin only. With origins,
    or ``*`` for any, those and no others are allowed on all paths.
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...], own: frozenset[str]) -> None:
        """``own`` are the paths that answer OPTIONS themselves if no origins are set."""
        self._app, self._origins, self._own = app, frozenset(origins), own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # the transport checks the origin of a WebSocket
            await self._app(scope, receive, send)
        elif not self._origins:
            await self._as_the_original(scope, receive, send)
        else:
            await self._by_origin(scope, receive, send)

    async def _as_the_original(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope.get("method") == "OPTIONS" and scope["path"] not in self._own:
            app = Response(headers=ORIGINAL | _own_id(scope))
        await app(scope, receive, send)

    async def _by_origin(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin")
        allowed = origin is not None and not self._origins.isdisjoint((origin, "*"))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message), origin if allowed else None)
            await send(message)

        app = _preflight(scope, allowed=allowed) if scope["method"] == "OPTIONS" else self._app
        await app(scope, receive, marked)


def _own_id(scope: Scope) -> dict[str, str]:
    return {"X-Request-Id": scope["request_id"]} if "request_id" in scope else {}


def _preflight(scope: Scope, *, allowed: bool) -> Response:
    more = {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _TAKEN,
        "Access-Control-Max-Age": _SECONDS,
    }
    return Response(headers=(more if allowed else {}) | _own_id(scope))


def _mark(headers: MutableHeaders, origin: str | None) -> None:
    headers.add_vary_header("Origin")
    if origin is None:
        del headers["Access-Control-Allow-Origin"]
        return
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Expose-Headers"] = _SHOWN
