"""graphql-transport-ws, strictly: every malformed message closes the socket with its code."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from graph.model.errors import INTERNAL_ERROR
from graph.transport.body import decode
from graph.transport.channel import Channel
from graph.transport.endpoint import WITHDRAWN, Endpoint, Slot, abort, forget_headers
from graph.transport.lifetime import Ending, Lifetime
from graph.transport.messages import pong, problem_of, text
from graph.transport.origin import may_connect
from graph.transport.outbox import WIRE, ClientGone, Outbox
from graph.transport.parameters import parameters_of
from graph.transport.refusals import Refusal, close_code, of_identity
from graph.transport.socket_operations import SocketOperations

log = logging.getLogger(__name__)

PROTOCOL: Final = "graphql-transport-ws"
_PING_SECONDS: Final = 15.0
_PING: Final = text('{"type":"ping"}')
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
    try:
        endpoint.check_open()
        endpoint.sockets.check()
        endpoint.new_sockets.check()
        endpoint.new_sockets.check_caller(address)
    except Refusal as refusal:
        await socket.close(close_code(refusal), refusal.reason)
        return
    with (
        endpoint.sockets.taken() as slot,
        endpoint.new_sockets.taken(address) as new,
        endpoint.opened() as lifetime,
    ):
        channel = Channel(socket, Outbox(send, scope.get(WIRE)))
        await _Connection(endpoint, socket, channel, lifetime, slot, new).serve()


class _Connection:
    """Reads a socket. Owns its operations."""

    def __init__(
        self,
        endpoint: Endpoint,
        socket: WebSocket,
        channel: Channel,
        lifetime: Lifetime,
        slot: Slot,
        new: Slot,
    ) -> None:
        self._endpoint, self._socket, self._channel = endpoint, socket, channel
        self._lifetime = lifetime
        self._slot, self._new = slot, new
        """The second is released as soon as the caller is known."""
        self._operations = SocketOperations(endpoint, socket.scope, channel.outbox)
        self._identity: Any = None
        self._greeted = self._acknowledged = False
        self._opened = asyncio.get_running_loop().time()
        self._handlers: dict[str, Callable[[Any], Awaitable[None]]] = {
            "connection_init": self._init,
            "ping": self._ping,
            "pong": self._pong,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }

    async def serve(self) -> None:
        try:
            with self._endpoint.watchdog.checking(self._check, self._pause(self._opened)):
                async with self._lifetime:
                    await self._read()
            await self._end_with(self._lifetime.ending)
        finally:
            await self._operations.aclose()
            await self._channel.outbox.aclose()

    async def _end_with(self, ending: Ending | None) -> None:
        """Tells the client why the server ends the connection, if it does."""
        if ending is Ending.WITHDRAWN:
            await self._channel.close(4403, WITHDRAWN, _LAST_SECONDS)
        elif ending is Ending.STOPPED:
            # Service restart: clients connect again.
            await self._channel.close(1012, "Service restart", _LAST_SECONDS)
        elif ending is Ending.LATE:
            await self._channel.close(4408, "Connection initialisation timeout")
        elif ending is Ending.STUCK:
            log.info("closing a socket whose client does not read")
            abort(self._socket.scope)

    async def _read(self) -> None:
        goes_on = True
        while goes_on and not self._channel.closed:
            # No variable of this method holds a message: it would be kept until the next one.
            goes_on = await self._received(await self._socket.receive())

    async def _received(self, message: Message) -> bool:
        """Whether the client may send more."""
        if message["type"] == "websocket.disconnect":
            return False
        try:
            await self._handle(message.get("text"))
        except ClientGone:
            log.debug("a client disconnected while it was answered")
            return False
        return True

    async def _handle(self, text: str | None) -> None:
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
            self._endpoint.set_identity(self._lifetime, self._identity)
            names = self._endpoint.names_of(self._identity)
            self._endpoint.sockets.check_caller(names)
        except Exception as error:  # noqa: BLE001 - a boundary: ``_refuse`` says or logs why
            await self._refuse(error)
            return
        self._slot.name(names)
        self._new.release()
        self._acknowledged = True
        forget_headers(self._socket.scope)
        await self._channel.send('{"type":"connection_ack"}')

    async def _refuse(self, error: Exception) -> None:
        refusal = error if isinstance(error, Refusal) else of_identity(error)
        if refusal is None:
            log.error("the caller of a socket could not be identified", exc_info=error)
            await self._channel.close(4500, INTERNAL_ERROR)
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
        await self._operations.start(
            operation_id, parameters_of(message["payload"]), self._identity
        )

    async def _complete(self, message: Any) -> None:
        self._operations.cancel(message["id"])

    def _check(self, now: float) -> float | None:
        """Sends pings. Ends the connection if the client does not read or introduce itself."""
        limits, outbox = self._endpoint.limits, self._channel.outbox
        if outbox.closed:
            return None
        if not self._greeted and now - self._opened >= limits.init_seconds:
            self._lifetime.end(Ending.LATE)
            return None
        if outbox.is_stuck(limits.stuck_seconds):
            self._lifetime.end(Ending.STUCK)
            return None
        if self._acknowledged and not outbox.waits:
            outbox.post(_PING)
        return now + self._pause(now)

    def _pause(self, now: float) -> float:
        limits = self._endpoint.limits
        pause = min(_PING_SECONDS, limits.stuck_seconds)
        if self._greeted:
            return pause
        return max(0.0, min(pause, self._opened + limits.init_seconds - now))
