"""What all REST paths share: authentication, method, body limit and rendering of errors."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from graph.concurrency import Bill, OverBudget, ReceivedBytes, TooManyBytes
from graph.context import Context
from graph.model.caller import Caller
from graph.model.errors import INTERNAL_ERROR, ApiError, Throttled, UpstreamTimeout
from graph.observability.metrics import LIMITED
from rest_compat.errors import RETRY_SECONDS, rendered

log = logging.getLogger(__name__)

Identify = Callable[[HTTPConnection, Mapping[str, Any] | None], Awaitable[Caller]]
MakeContext = Callable[[Caller, str], Context]
Charge = Callable[[Caller, int], Bill]
"""Charges calls to AWS to a caller. Raises OverBudget."""


class Headers(Protocol):
    """Headers of a response that can be added to."""

    def __setitem__(self, name: str, value: str, /) -> None: ...


class Answer(Protocol):
    """A response, which may be a stream."""

    @property
    def headers(self) -> Headers: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


Handler = Callable[[Context, Request], Awaitable[Answer]]
PublicHandler = Callable[[Request], Awaitable[Response]]

OpenStream = Callable[[Caller, AsyncGenerator[bytes, None]], Answer]
"""A response that streams events to a caller; 503 if there is no room for it."""

_CALLS: Final = 20
"""To AWS, as charged to a request before it is answered."""
_STOPPED: Final = (
    "The server stopped before the request was complete. A change may still take effect."
)
ANY: Final = "*"
"""The handler for every method that a path does not name."""


class Protected:
    """``protected({"GET": handler})`` is an ASGI application for one path that needs a token."""

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        identify: Identify,
        make_context: MakeContext,
        charge: Charge,
        *,
        open_stream: OpenStream,
        body_limit: int,
        bodies: ReceivedBytes,
        seconds: float,
        stopping: Callable[[], bool],
    ) -> None:
        """``seconds``: how long a request may take once it has arrived.

        ``stopping``: whether the process ends soon, so that requests are cancelled for that.
        """
        self._identify, self._make_context, self._charge = identify, make_context, charge
        self._open_stream = open_stream
        self._body_limit, self._bodies = body_limit, bodies
        self._seconds, self._stopping = seconds, stopping

    def __call__(self, handlers: Mapping[str, Handler]) -> Endpoint:
        async def respond(request: Request, request_id: str) -> Answer:
            try:
                return await self._respond(handlers, request, request_id)
            except asyncio.CancelledError:  # the end of the task, which only has to answer
                if not self._stopping():
                    raise
                return PlainTextResponse(_STOPPED, 503, headers={"Retry-After": RETRY_SECONDS})

        return Endpoint(respond)

    async def _respond(
        self, handlers: Mapping[str, Handler], request: Request, request_id: str
    ) -> Answer:
        # Authentication comes first: without a token nobody learns what exists.
        caller = await self._identify(request, None)
        handler = handlers.get(_method(request)) or handlers.get(ANY)
        if handler is None:
            return not_allowed(handlers)
        try:
            body = await self._body(request)
        except TooManyBytes as error:
            LIMITED.labels("bodies").inc()
            headers = {"Connection": "close", "Retry-After": RETRY_SECONDS}
            return PlainTextResponse(f"{error}\n", 429 if error.of_caller else 503, headers)
        if body is None:
            return PlainTextResponse(
                f"The body has more than {self._body_limit} bytes.\n",
                413,
                headers={"Connection": "close"},
            )
        request.state.body = body
        if body:  # the credentials may have been withdrawn while it arrived
            caller = await self._identify(request, None)
        context = self._make_context(caller, request_id)
        with self._charged(context):
            return await self._in_time(handler, context, request)

    @contextmanager
    def _charged(self, context: Context) -> Iterator[None]:
        """Charges what a request usually takes, then what it has taken. Raises Throttled."""
        try:
            bill = self._charge(context.caller, _CALLS)
        except OverBudget as error:
            raise Throttled(
                "The budget of calls to AWS is used up. Try again later.", wait=error.seconds
            ) from None
        try:
            yield
        finally:
            bill.settle(context.calls)

    async def _in_time(self, handler: Handler, context: Context, request: Request) -> Answer:
        """The response, within the time after which a client may have given up."""
        request.state.seconds, request.state.open_stream = self._seconds, self._open_stream
        try:
            async with asyncio.timeout(self._seconds) as limit:
                return await handler(context, request)
        except TimeoutError:
            if not limit.expired():
                raise
            raise UpstreamTimeout(
                "AWS does not answer in time. What was requested may still take effect."
            ) from None

    async def _body(self, request: Request) -> bytes | None:
        """The whole body; None where it exceeds the limit, whatever its Content-Length says.

        Raises TooManyBytes.
        """
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared[:20]) > self._body_limit:
            return None
        return await self._bodies.collect(request.stream(), self._body_limit)


def public(handler: PublicHandler) -> Endpoint:
    """An ASGI application for a path that anybody may read."""

    async def respond(request: Request, _request_id: str) -> Answer:
        return await handler(request) if _method(request) == "GET" else not_allowed({"GET": None})

    return Endpoint(respond)


class Endpoint:
    """An ASGI application per path: Starlette would reject methods before the token check."""

    def __init__(self, respond: Callable[[Request, str], Awaitable[Answer]]) -> None:
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # not supported here: rejected with 403
            await WebSocketClose()(scope, receive, send)
            return
        request_id = scope.get("request_id") or uuid.uuid4().hex
        response: Answer
        try:
            response = await self._respond(Request(scope, receive), request_id)
        except ClientDisconnect:
            return  # the client left before its request was complete
        except ApiError as error:
            if error.refused is not None:
                log.info("request %s: AWS refuses %s: %s", request_id, error.refused, error)
            response = rendered(error)
        except Exception:  # a boundary: no stack trace may reach a client
            log.exception("request %s failed unexpectedly", request_id)
            response = PlainTextResponse(f"{INTERNAL_ERROR}\n", 500)
        response.headers["X-Request-Id"] = request_id
        await response(scope, receive, send)


def not_allowed(handlers: Mapping[str, object]) -> Response:
    """405 with the methods that the path supports."""
    methods = {*handlers, "OPTIONS"} | ({"HEAD"} if "GET" in handlers else set())
    allow = {"Allow": ", ".join(sorted(methods))}
    return PlainTextResponse("The path does not support this method.\n", 405, headers=allow)


def _method(request: Request) -> str:
    return "GET" if request.method == "HEAD" else request.method
