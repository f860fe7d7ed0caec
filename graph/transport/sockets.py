"""graphql-transport-ws, strict: every malformed message has an answer, and none is an accident."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing
from typing import Any, Final

from graphql import GraphQLError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)

log = logging.getLogger(__name__)

_RATE: Final = 50.0
_BURST: Final = 100.0
_PING_SECONDS: Final = 15.0
_SOCKETS: Final = 10_000
_ID: Final = 128


class HardenedHandler(BaseGraphQLTransportWSHandler[Any, Any]):
    """One socket. Owns the task that pings."""

    open_sockets = 0

    async def handle(self) -> None:
        if HardenedHandler.open_sockets >= _SOCKETS:
            await self.websocket.close(code=4503, reason="Too many connections")
            return
        HardenedHandler.open_sockets += 1
        self._tokens, self._at = _BURST, time.monotonic()
        # Owned by this socket: cancelled and awaited below.
        pinger = asyncio.create_task(self._ping())
        try:
            await super().handle()
        except (RecursionError, ValueError):
            await self._refuse("Invalid message")
            await self.shutdown()
        finally:
            HardenedHandler.open_sockets -= 1
            pinger.cancel()
            await asyncio.gather(pinger, return_exceptions=True)

    async def handle_message(self, message: Any) -> None:
        if not self._in_time():
            await self.websocket.close(code=4429, reason="Too many messages")
            return
        problem = _problem(message)
        if problem:
            await self._refuse(problem)
            return
        if message["type"] == "connection_init" and message.get("payload") is None:
            message.pop("payload", None)
        if message["type"] == "ping":
            payload = message.get("payload")
            if isinstance(payload, dict):
                await self.send_message({"type": "pong", "payload": payload})
            else:
                await self.send_message({"type": "pong"})
            return
        await super().handle_message(message)

    async def run_operation(self, operation: Any) -> None:
        """As the original, with a context of the operation's own."""
        try:
            source = await self.schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=self.context.for_operation(),
                root_value=self.root_value,
                operation_name=operation.operation_name,
            )
            async with aclosing(source):
                await self._send_result_stream(operation, source)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            log.debug("a client left during operation %s", operation.id)
        except Exception:  # a border: one operation must not end the socket
            log.exception("an operation of a socket broke")
            error = GraphQLError("Internal error", extensions={"code": "INTERNAL"})
            await operation.send_initial_errors([error])

    @staticmethod
    def _get_pre_execution_close_reason(error: Exception) -> None:
        """A bad document fails its own operation, not the whole socket."""

    def _in_time(self) -> bool:
        now = time.monotonic()
        self._tokens = min(_BURST, self._tokens + (now - self._at) * _RATE) - 1
        self._at = now
        return self._tokens >= 0

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(_PING_SECONDS)
            if self.connection_acknowledged:
                await self.send_message({"type": "ping"})

    async def _refuse(self, why: str) -> None:
        try:
            await self.websocket.close(code=4400, reason=why)
        except RuntimeError:
            log.debug("the socket was closed already")


def _problem(message: Any) -> str | None:
    """What is wrong with the shape of a message."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "Invalid message"
    if message["type"] in ("subscribe", "complete"):
        given = message.get("id")
        if not isinstance(given, str) or not 0 < len(given) <= _ID:
            return "Invalid id"
    if message["type"] != "subscribe":
        return None
    payload = message.get("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "Invalid subscribe payload"
    for name, kind in (("variables", dict), ("extensions", dict), ("operationName", str)):
        if payload.get(name) is not None and not isinstance(payload[name], kind):
            return f"Invalid {name}"
    return None
