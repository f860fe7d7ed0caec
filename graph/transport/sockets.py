"""graphql-transport-ws, strict: every malformed message has an answer, and none is an accident."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final, Protocol, cast

import orjson
from graphql import GraphQLError
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)

from graph.transport.errors import MASK
from graph.transport.messages import problem_of
from graph.transport.refusals import close_code, close_reason, of_identity
from graph.transport.report import NO_FIELD, Observer, Report
from graph.transport.results import Asked, Payload

log = logging.getLogger(__name__)

_RATE: Final = 50.0
_BURST: Final = 100.0
_PING_SECONDS: Final = 15.0


class App(Protocol):
    """What a socket needs of the application."""

    sockets: int
    """How many may be open."""
    open_sockets: int
    stuck_seconds: float
    observe: Observer

    def reported(
        self, scope: Scope, asked: Asked, report: Report, /
    ) -> AsyncGenerator[Payload, None]: ...

    async def identify(self, socket: WebSocket, payload: Mapping[str, Any] | None, /) -> Any:
        """Raises an error with a code."""


class SocketContext:
    """What Strawberry keeps for a socket: who asks, once that is known."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.identity: Any = None


class TextAdapter(ASGIWebSocketAdapter):
    """Sends text: orjson gives bytes, which would go out as binary frames."""

    async def send_text(self, text: str) -> None:
        try:
            await self.ws.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        try:
            await self.ws.close(code, close_reason(reason))
        except (WebSocketDisconnect, RuntimeError):
            log.debug("the socket was closed already")


class HardenedHandler(BaseGraphQLTransportWSHandler[Any, Any]):
    """One socket. Owns the task that watches over its client."""

    @property
    def _app(self) -> App:
        return cast("App", self.view)

    @property
    def _text(self) -> TextAdapter:
        return cast("TextAdapter", self.websocket)

    async def handle(self) -> None:
        if self._app.open_sockets >= self._app.sockets:
            await self.websocket.close(code=4503, reason="Too many connections")
            return
        self._app.open_sockets += 1
        self._tokens, self._at = _BURST, time.monotonic()
        self._main, self._stuck = asyncio.current_task(), False
        self._sending, self._went_on_at = 0, self._at
        # Owned by this socket: cancelled and awaited below.
        watcher = asyncio.create_task(self._watch())
        try:
            await super().handle()
        except (RecursionError, ValueError):
            await self.websocket.close(code=4400, reason="Invalid message")
            await self.shutdown()
        except asyncio.CancelledError:
            if not self._stuck or self._main is None:
                raise
            self._main.uncancel()
        finally:
            self._app.open_sockets -= 1
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)

    async def handle_message(self, message: Any) -> None:
        if not self._in_time():
            await self.websocket.close(code=4429, reason="Too many messages")
            return
        problem = problem_of(message)
        if problem:
            await self.websocket.close(code=4400, reason=problem)
            return
        await super().handle_message(message)

    async def handle_ping(self, message: Any) -> None:
        payload = message.get("payload")
        echo = {"payload": payload} if isinstance(payload, dict) else {}
        await self.send_message({"type": "pong", **echo})

    async def handle_connection_init(self, message: Any) -> None:
        """graphql-transport-ws, "ConnectionInit": who asks is told once, by header or payload."""
        if self.connection_timed_out:
            return
        if self.connection_init_received:
            await self.websocket.close(code=4429, reason="Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        payload = message.get("payload") or {}
        try:
            self.context.identity = await self._app.identify(self.context.socket, payload)
        except Exception as error:  # a border: a socket that cannot begin is closed with a reason
            refusal = of_identity(error)
            if refusal is None:
                log.exception("who opens a socket could not be told")
                await self.websocket.close(code=4500, reason=MASK)
            else:
                await self.websocket.close(code=close_code(refusal), reason=refusal.reason)
            return
        await self.send_message({"type": "connection_ack"})
        self.connection_acknowledged = True

    async def handle_subscribe(self, message: Any) -> None:
        most = self.max_subscriptions_per_connection
        full = most is not None and len(self.operations) >= most
        if self.connection_acknowledged and full and message["id"] not in self.operations:
            report = Report(_new_id(), self.context.identity, "websocket")
            report.failures["QUOTA_EXCEEDED", NO_FIELD] += 1
            report.end()
            self._app.observe(self.context.socket.scope, report)
            why = f"a socket has {most} operations at most"
            error = _error(why, "QUOTA_EXCEEDED", report.request_id)
            await self.send_message(
                {"id": message["id"], "type": "error", "payload": [error.formatted]}
            )
            return
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Any) -> None:
        """Sends its results, each as it is already encoded, and what ends it."""
        asked = Asked(
            operation.query,
            operation.variables,
            operation.operation_name,
            self.context.identity,
            _new_id(),
        )
        report = Report(asked.request_id, asked.identity, "websocket")
        results = self._app.reported(self.context.socket.scope, asked, report)
        try:
            async with aclosing(results):
                async for payload in results:
                    if payload.errors is not None:
                        await self._end(operation, "error", payload.errors)
                        return
                    await self._send(_frame(operation.id, "next", payload.json))
            await self._end(operation, "complete", None)
        except WebSocketDisconnected:
            log.debug("a client left during operation %s", operation.id)
        except Exception:  # a border: whoever waits for an operation has to learn that it is over
            log.exception("request %s broke", asked.request_id)
            error = _error(MASK, "INTERNAL", asked.request_id)
            await self._end(operation, "error", orjson.dumps([error.formatted]))

    async def _end(self, operation: Any, kind: str, payload: bytes | None) -> None:
        """Its id is free again before the client reads that it has ended."""
        self.operations.pop(operation.id, None)
        await self._send(_frame(operation.id, kind, payload))

    async def send_message(self, message: Any) -> None:
        await self._send(orjson.dumps(message).decode())

    async def _send(self, text: str) -> None:
        """Waits as long as the client does not read; ``_watch`` sees to it that this ends."""
        self._sending += 1
        if self._sending == 1:
            self._went_on_at = time.monotonic()
        try:
            await self._text.send_text(text)
        finally:
            self._sending -= 1
            self._went_on_at = time.monotonic()

    def _in_time(self) -> bool:
        now = time.monotonic()
        self._tokens = min(_BURST, self._tokens + (now - self._at) * _RATE) - 1
        self._at = now
        return self._tokens >= 0

    async def _watch(self) -> None:
        """Pings, and gives up a client that does not read.

        One look now and then: a deadline for each message would cost as much as its encoding.
        """
        most = self._app.stuck_seconds
        while not self._stuck:
            await asyncio.sleep(min(_PING_SECONDS, most))
            self._stuck = bool(self._sending) and time.monotonic() - self._went_on_at >= most
            if self.connection_acknowledged and not self._sending:
                await self._ping(most)
        log.info("a socket is given up: its client does not read")
        if self._main is not None:
            self._main.cancel()

    async def _ping(self, most: float) -> None:
        try:
            async with asyncio.timeout(most):
                await self.send_message({"type": "ping"})
        except TimeoutError:
            self._stuck = True


def _error(message: str, code: str, request_id: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code, "requestId": request_id})


def _frame(operation_id: str, kind: str, payload: bytes | None) -> str:
    """A message around what is encoded already."""
    end = "}" if payload is None else f',"payload":{payload.decode()}}}'
    return f'{{"id":{orjson.dumps(operation_id).decode()},"type":"{kind}"{end}'


def _new_id() -> str:
    return uuid.uuid4().hex
