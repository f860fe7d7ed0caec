"""uvicorn's WebSocket protocol: bounds the frames of clients, and sends texts at a lower cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from graph.transport import ABORT

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*args, **kwargs)
        self._tokens, self._filled_at = _BURST, self.loop.time()
        self.on_lost: Callable[[], None] = _nothing
        """Called at the end of the connection."""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.on_lost()

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

    async def send(self, message: Any) -> None:  # noqa: ANN401 - uvicorn's
        """Writes a text as one frame, which takes a third of the time that the library takes.

        That needs no state of the library: the server offers no extension, and sends no fragments.
        """
        if (
            message["type"] == "websocket.send"
            and (text := message.get("text")) is not None
            and self.handshake_complete
            and self.writable.is_set()
            and not (self.close_sent or self.disconnected or self.transport.is_closing())
            and not self.config.ws_per_message_deflate
        ):
            self.transport.write(_frame(text.encode()))
        else:
            await super().send(message)

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


def _frame(text: bytes) -> bytes:
    """RFC 6455, 5.2: a final frame of the type text. Those of a server are not masked."""
    size = len(text)
    if size < 126:  # noqa: PLR2004 - this and the next are defined there
        return bytes((0x81, size)) + text
    if size < 65_536:  # noqa: PLR2004
        return b"\x81\x7e" + size.to_bytes(2) + text
    return b"\x81\x7f" + size.to_bytes(8) + text
