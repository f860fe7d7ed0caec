"""What all paths share: token, method, body and errors."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from graph.context import Context
from graph.model.caller import Caller
from graph.model.errors import ApiError
from rest_compat.errors import rendered

log = logging.getLogger(__name__)

Identify = Callable[[HTTPConnection, Mapping[str, Any] | None], Awaitable[Caller]]
MakeContext = Callable[[Caller, str], Context]
Handler = Callable[[Context, Request], Awaitable[Response]]
PublicHandler = Callable[[Request], Awaitable[Response]]

ANY: Final = "*"
"""Stands for every method that a path does not name."""


class Door:
    """``door({"GET": handler})`` is an ASGI application for one path."""

    def __init__(self, identify: Identify, make_context: MakeContext, body_limit: int) -> None:
        self._identify, self._make_context = identify, make_context
        self._body_limit = body_limit

    def __call__(self, handlers: Mapping[str, Handler]) -> Endpoint:
        async def let_in(request: Request, request_id: str) -> Response:
            # The token first: who has none does not learn what is here.
            caller = await self._identify(request, None)
            handler = handlers.get(_method(request)) or handlers.get(ANY)
            if handler is None:
                return not_allowed(handlers)
            body = await self._body(request)
            if body is None:
                return PlainTextResponse(
                    f"the body has more than {self._body_limit} bytes\n",
                    413,
                    headers={"Connection": "close"},
                )
            request.state.body = body
            return await handler(self._make_context(caller, request_id), request)

        return Endpoint(let_in)

    async def _body(self, request: Request) -> bytes | None:
        """None where it is too long, whatever its header says."""
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared[:20]) > self._body_limit:
            return None
        received = bytearray()
        async for part in request.stream():
            received += part
            if len(received) > self._body_limit:
                return None
        return bytes(received)


def public(handler: PublicHandler) -> Endpoint:
    """A path that is read without a token."""

    async def let_in(request: Request, _request_id: str) -> Response:
        return await handler(request) if _method(request) == "GET" else not_allowed({"GET": None})

    return Endpoint(let_in)


class Endpoint:
    """An ASGI application a path, so that every method comes here and not to a 405 of another."""

    def __init__(self, let_in: Callable[[Request, str], Awaitable[Response]]) -> None:
        self._let_in = let_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # none is served here: closed before it opens, a 403
            await WebSocketClose()(scope, receive, send)
            return
        request_id = scope.get("request_id") or uuid.uuid4().hex
        try:
            response = await self._let_in(Request(scope, receive), request_id)
        except ClientDisconnect:
            return  # left, or was cut off, before its request was whole
        except ApiError as error:
            response = rendered(error)
        except Exception:  # a border: no stack trace reaches a client
            log.exception("request %s", request_id)
            response = PlainTextResponse("internal error\n", 500)
        response.headers["X-Request-Id"] = request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        await response(scope, receive, send)


def not_allowed(handlers: Mapping[str, object]) -> Response:
    methods = {*handlers, "OPTIONS"} | ({"HEAD"} if "GET" in handlers else set())
    allow = {"Allow": ", ".join(sorted(methods))}
    return PlainTextResponse("method not allowed\n", 405, headers=allow)


def _method(request: Request) -> str:
    return "GET" if request.method == "HEAD" else request.method
