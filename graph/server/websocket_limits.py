"""uvicorn's WebSocket protocol: bounds the frames of clients, and sends texts at a lower cost."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from graph.concurrency import Check, Watchdog
from graph.server.light import LightEvent, LightQueue
from graph.transport import ABORT, WIRE

_RATE: Final = 100.0
"""Frames per second, after the first ``_BURST``: of any kind, before and after connection_init."""
_BURST: Final = 1_000.0
"""Parsing them takes about 10 ms. More than the messages that the transport accepts at once, so
that a client with too many of those is closed with the code of its protocol."""
_PIECE: Final = 2_048
"""Bytes parsed at a time. A larger piece could hold thousands of frames, which would all be parsed
before the first one is counted."""
_TOO_MANY: Final = 1008
"""RFC 6455, 7.4.1: the client violates a policy."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Closes the connection of a client that sends too many frames."""

    # Subscribers stay for hours, so memory counts. With more than 30 members the dictionary of an
    # object takes 1.5 kB, so some of the base class are kept here as well.
    __slots__ = (
        "_filled_at",
        "_keepalive",
        "_tokens",
        "_watchdog",
        "asgi_version",
        "close_timeout",
        "curr_msg_data_type",
        "initial_response",
        "last_ping_rtt",
        "on_lost",
        "pending_ping_payload",
        "ping_interval",
        "ping_sent_at",
        "ping_timeout",
        "ping_timer",
        "pong_timer",
        "root_path",
        "scheme",
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - uvicorn's
        watchdog: Watchdog | None = None,
        **kwargs: Any,  # noqa: ANN401 - uvicorn's
    ) -> None:
        """``watchdog``: sends pings, with one timer for all connections that it is shared by."""
        super().__init__(*args, **kwargs)
        self._watchdog = watchdog or Watchdog()
        self._keepalive: list[Check] | None = None
        self.queue = cast("Any", LightQueue())
        self.writable = cast("Any", LightEvent(is_set=True))
        self._tokens, self._filled_at = _BURST, self.loop.time()
        self.on_lost: Callable[[], None] = _nothing
        """Called at the end of the connection."""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.on_lost()

    def start_keepalive(self) -> None:
        if self.ping_interval:
            self._keepalive = self._watchdog.add(self._check_alive, self.ping_interval)

    def stop_keepalive(self) -> None:
        super().stop_keepalive()
        if self._keepalive is not None:
            self._watchdog.remove(self._keepalive)
            self._keepalive = None

    def _check_alive(self, now: float) -> float | None:
        """Sends a ping; closes the connection instead if the one before was not answered."""
        if self.close_sent or self.transport.is_closing():
            return None
        if self.ping_timeout is not None and self.pending_ping_payload is not None:
            self.keepalive_timeout()
            return None
        self.pending_ping_payload = os.urandom(4)
        self.ping_sent_at = now
        self.conn.send_ping(self.pending_ping_payload)
        self.transport.write(b"".join(self.conn.data_to_send()))
        return now + (self.ping_timeout or self.ping_interval or 0.0)

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + _PIECE])

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope = cast("dict[str, Any] | None", getattr(self, "scope", None))
        if scope is not None:  # the handshake was accepted
            scope[ABORT] = self.transport.abort
            if not self.config.ws_per_message_deflate:
                scope[WIRE] = self

    async def send(self, message: Any) -> None:  # noqa: ANN401 - uvicorn's
        """Writes a text as one frame, which takes a third of the time that the library takes."""
        if (
            message["type"] == "websocket.send"
            and (text := message.get("text")) is not None
            and not self.config.ws_per_message_deflate
            and self.write(self.framed(text.encode()))
        ):
            return
        await super().send(message)
        if message["type"] == "websocket.accept":
            # Not read any more, and kilobytes with the headers that browsers send. The library
            # keeps the request, too.
            self.request.headers.clear()
            self.response = cast("Any", None)

    @staticmethod
    def framed(data: bytes) -> bytes:
        """RFC 6455, 5.2: a final frame of the type text. Those of a server are not masked."""
        size = len(data)
        if size < 126:  # noqa: PLR2004 - this and the next are defined there
            return bytes((0x81, size)) + data
        if size < 65_536:  # noqa: PLR2004
            return b"\x81\x7e" + size.to_bytes(2) + data
        return b"\x81\x7f" + size.to_bytes(8) + data

    def write(self, frame: bytes) -> bool:
        """Writes a frame, unless that has to wait, or the connection is not open.

        That needs no state of the library: the server offers no extension, and sends no fragments.
        """
        if (
            not self.handshake_complete
            or not self.writable.is_set()
            or self.close_sent
            or self.disconnected
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(frame)
        return True

    def handle_text(self, event: Frame) -> None:
        if self._admit():
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if self._admit():
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        if self._admit():
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if self._admit():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._admit():
            super().handle_pong(event)

    def _admit(self) -> bool:
        """Counts a frame. False if it is to be ignored, as the connection is being closed."""
        if self.transport.is_closing():
            return False
        now = self.loop.time()
        self._tokens = min(_BURST, self._tokens + (now - self._filled_at) * _RATE) - 1
        self._filled_at = now
        if self._tokens >= 0:
            return True
        if self.close_sent:
            self.transport.abort()
        else:
            self.conn.send_close(_TOO_MANY, "Too many frames")
            self.handle_parser_exception()  # writes that, tells the application, and closes
        return False


def _nothing() -> None:
    """What is called where nobody has to know."""
