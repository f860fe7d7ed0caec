"""graphql-transport-ws, strictly: every malformed message closes the socket with its code."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, aclosing
from typing import Any, Final

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from graph.transport.body import decode
from graph.transport.channel import Channel, ClientGone
from graph.transport.endpoint import WITHDRAWN, Ending, Endpoint, abort
from graph.transport.execution.errors import MASK
from graph.transport.execution.request import OperationRequest
from graph.transport.messages import frame, pong, problem_of
from graph.transport.origin import may_connect
from graph.transport.parameters import Parameters, parameters_of
from graph.transport.refusals import Refusal, close_code, of_identity
from graph.transport.report import NO_FIELD, Report

log = logging.getLogger(__name__)

PROTOCOL: Final = "graphql-transport-ws"
_PING_SECONDS: Final = 15.0
_LAST_SECONDS: Final = 1.0
"""How long closing a socket may take when the server stops."""


async def serve(endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
    """Serves one socket until either side closes it."""
    socket = WebSocket(scope, receive, send)
    if not may_connect(socket.headers, endpoint.origins):
        log.warning("rejected a WebSocket of the origin %.200r", socket.headers.get("origin"))
        await socket.close()
        return
    if PROTOCOL not in scope.get("subprotocols", ()):
        await socket.accept()
        await socket.close(4406, "Subprotocol not acceptable")
        return
    await socket.accept(PROTOCOL)
    address = frozenset({endpoint.address_of(scope)})
    with ExitStack() as held, ExitStack() as new:
        try:
            endpoint.check_open()
            endpoint.sockets.check()
            endpoint.new_sockets.check()
            endpoint.new_sockets.check_caller(address)
            held.enter_context(endpoint.sockets.taken())
            new.enter_context(endpoint.new_sockets.taken(address))
            stopped = held.enter_context(endpoint.until_stopped())
        except Refusal as refusal:
            await socket.close(close_code(refusal), refusal.reason)
            return
        await _Connection(endpoint, socket, held, new, stopped).serve()


class _Connection:
    """Owns the tasks of a socket: one that reads, one that pings, and one per operation."""

    def __init__(
        self,
        endpoint: Endpoint,
        socket: WebSocket,
        held: ExitStack,
        new: ExitStack,
        stopped: asyncio.Future[Ending],
    ) -> None:
        self._endpoint, self._socket = endpoint, socket
        self._held, self._new = held, new
        """The second is closed as soon as the caller is known."""
        self._stopped = stopped
        self._channel = Channel(socket)
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._identity: Any = None
        self._greeted = self._acknowledged = False
        self._opened = time.monotonic()
        self._handlers: dict[str, Callable[[Any], Awaitable[None]]] = {
            "connection_init": self._init,
            "ping": self._ping,
            "pong": self._pong,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }

    async def serve(self) -> None:
        stopped = self._stopped
        reader, watcher = (asyncio.create_task(work) for work in (self._read(), self._watch()))
        try:
            await asyncio.wait((reader, watcher, stopped), return_when=asyncio.FIRST_COMPLETED)
            if stopped.done() and stopped.result() is Ending.WITHDRAWN:
                # Not 4401, after which clients do not reconnect: they may have new credentials.
                await self._channel.close(4403, WITHDRAWN, _LAST_SECONDS)
            elif stopped.done():
                # Service restart: clients connect again.
                await self._channel.close(1012, "Service restart", _LAST_SECONDS)
        finally:
            tasks = [reader, watcher, *self._operations.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if not reader.cancelled() and (error := reader.exception()):
            raise error

    async def _read(self) -> None:
        while not self._channel.closed:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                await self._received(message.get("text"))
            except ClientGone:
                log.debug("a client disconnected while it was answered")
                return

    async def _received(self, text: str | None) -> None:
        if text is None:
            await self._channel.close(4400, "WebSocket message type must be text")
            return
        try:
            message = decode(text)
        except ValueError:
            await self._channel.close(4400, "WebSocket message must be valid JSON")
            return
        if not self._channel.admits():
            await self._channel.close(4429, "Too many messages")
            return
        problem = problem_of(message)
        if problem:
            await self._channel.close(4400, problem)
            return
        handler = self._handlers.get(message["type"])
        if handler is None:
            await self._channel.close(4400, f"Unknown message type: {message['type']}")
            return
        await handler(message)

    async def _init(self, message: Any) -> None:
        """Protocol, "ConnectionInit": identifies the caller, by the headers or the payload."""
        if self._greeted:
            await self._channel.close(4429, "Too many initialisation requests")
            return
        self._greeted = True
        try:
            payload = message.get("payload") or {}
            self._identity = await self._endpoint.identify(self._socket, payload)
            self._endpoint.set_identity(self._stopped, self._identity)
            names = self._endpoint.names_of(self._identity)
            self._endpoint.sockets.check_caller(names)
        except Exception as error:  # noqa: BLE001 - a boundary: ``_refuse`` says or logs why
            await self._refuse(error)
            return
        self._held.enter_context(self._endpoint.sockets.named(names))
        self._new.close()
        self._acknowledged = True
        await self._channel.send('{"type":"connection_ack"}')

    async def _refuse(self, error: Exception) -> None:
        refusal = error if isinstance(error, Refusal) else of_identity(error)
        if refusal is None:
            log.error("the caller of a socket could not be identified", exc_info=error)
            await self._channel.close(4500, MASK)
        else:
            await self._channel.close(close_code(refusal), refusal.reason)

    async def _ping(self, message: Any) -> None:
        answer = pong(message)
        if answer is None:
            await self._channel.close(4400, "The payload of the ping nests too deeply")
            return
        await self._channel.send(answer)

    async def _pong(self, message: Any) -> None:
        """Needs no action: any message shows that the client is alive."""

    async def _subscribe(self, message: Any) -> None:
        operation_id = message["id"]
        if not self._acknowledged:
            await self._channel.close(4401, "Unauthorized")
            return
        if operation_id in self._operations:
            await self._channel.close(4409, f"Subscriber for {operation_id} already exists")
            return
        report = Report(
            self._socket.scope, self._endpoint.observe, _new_id(), "websocket", self._identity
        )
        most = self._endpoint.limits.operations_per_socket
        if len(self._operations) >= most:
            await self._fail(operation_id, report, f"a socket may have at most {most} operations")
            return
        parameters = parameters_of(message["payload"])
        self._operations[operation_id] = asyncio.create_task(
            self._run(operation_id, parameters, report)
        )

    async def _complete(self, message: Any) -> None:
        """Cancels the operation without awaiting it, which would block the socket."""
        operation = self._operations.pop(message["id"], None)
        if operation is not None:
            operation.cancel()

    async def _run(self, operation_id: str, parameters: Parameters, report: Report) -> None:
        """Sends the results of an operation, and the message that ends it."""
        request = OperationRequest(
            parameters.query,
            parameters.variables,
            parameters.operation_name,
            self._identity,
            report.request_id,
            reference=parameters.reference,
            with_cost=parameters.with_cost,
        )
        ended = False
        try:
            async with aclosing(self._endpoint.results.of(request, report)) as results:
                async for payload in results:
                    report.failures.update(payload.failures)
                    if payload.errors is not None:
                        ended = True
                        await self._end(operation_id, "error", payload.errors)
                        return
                    await self._channel.send(frame(operation_id, "next", payload.json))
            ended = True
            await self._end(operation_id, "complete")
        except ClientGone:
            log.debug("a client disconnected during operation %s", operation_id)
        except Exception:  # a boundary: the client must learn that the operation has ended
            log.exception("request %s failed unexpectedly", report.request_id)
            report.failures["INTERNAL", NO_FIELD] += 1
            await self._end(operation_id, "error", _errors(MASK, "INTERNAL", report.request_id))
        finally:
            report.end(cancelled=not ended)

    async def _fail(
        self, operation_id: str, report: Report, message: str, code: str = "QUOTA_EXCEEDED"
    ) -> None:
        """Rejects an operation before it starts."""
        report.failures[code, NO_FIELD] += 1
        report.end()
        await self._channel.send(
            frame(operation_id, "error", _errors(message, code, report.request_id))
        )

    async def _end(self, operation_id: str, kind: str, payload: bytes | None = None) -> None:
        """Ends an operation. Its id can be used again before the client reads that it has ended."""
        self._operations.pop(operation_id, None)
        await self._channel.send(frame(operation_id, kind, payload))

    async def _watch(self) -> None:
        """Sends pings. Returns if the client does not read, or sends no connection_init in time.

        Checks periodically: a deadline per message would cost as much as encoding it.
        """
        stuck = self._endpoint.limits.stuck_seconds
        while True:
            await asyncio.sleep(self._pause())
            if self._channel.closed:
                return
            late = time.monotonic() - self._opened >= self._endpoint.limits.init_seconds
            if late and not self._greeted:
                await self._channel.close(4408, "Connection initialisation timeout")
                return
            if self._channel.is_stuck(stuck):
                break
            if self._acknowledged and not self._channel.waits:
                try:
                    async with asyncio.timeout(stuck):
                        await self._channel.send('{"type":"ping"}')
                except ClientGone:
                    return
                except TimeoutError:
                    break
        log.info("closing a socket whose client does not read")
        abort(self._socket.scope)

    def _pause(self) -> float:
        pause = min(_PING_SECONDS, self._endpoint.limits.stuck_seconds)
        if self._greeted:
            return pause
        return max(
            0.0, min(pause, self._opened + self._endpoint.limits.init_seconds - time.monotonic())
        )


def _errors(message: str, code: str, request_id: str) -> bytes:
    error = GraphQLError(message, extensions={"code": code, "requestId": request_id})
    return orjson.dumps([error.formatted])


def _new_id() -> str:
    return uuid.uuid4().hex
