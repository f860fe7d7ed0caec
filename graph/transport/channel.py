"""The sending side of a WebSocket, with detection of clients that do not read."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from graph.transport.endpoint import abort
from graph.transport.refusals import close_reason

log = logging.getLogger(__name__)

_RATE: Final = 50.0
"""Messages per second, after the first ``_BURST``."""
_BURST: Final = 100.0
_CLOSE_SECONDS: Final = 10.0


class ClientGone(Exception):
    """The client has disconnected, or the socket was closed."""


class Channel:
    """One accepted socket."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.closed = False
        self._sending = 0
        """How many messages wait for the client to read them."""
        self._read_at = self._filled_at = time.monotonic()
        self._tokens = _BURST

    @property
    def waits(self) -> bool:
        """Whether a message that was sent has not been read yet."""
        return self._sending > 0

    def is_stuck(self, seconds: float) -> bool:
        """Whether messages wait and none has been read for ``seconds``."""
        return self.waits and time.monotonic() - self._read_at >= seconds

    def admits(self) -> bool:
        """Counts a received message. Returns whether the client is within its rate."""
        now = time.monotonic()
        self._tokens = min(_BURST, self._tokens + (now - self._filled_at) * _RATE) - 1
        self._filled_at = now
        return self._tokens >= 0

    async def send(self, text: str) -> None:
        """Waits for as long as the client does not read. Raises ClientGone."""
        if self.closed:
            raise ClientGone
        self._sending += 1
        if self._sending == 1:
            self._read_at = time.monotonic()
        try:
            await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ClientGone from error
        finally:
            self._sending -= 1
            self._read_at = time.monotonic()

    async def close(self, code: int, reason: str, seconds: float = _CLOSE_SECONDS) -> None:
        """Ends the connection if the client does not read for ``seconds``."""
        self.closed = True
        try:
            async with asyncio.timeout(seconds):
                await self._socket.close(code, close_reason(reason))
        except TimeoutError:
            abort(self._socket.scope)
        except (WebSocketDisconnect, RuntimeError):
            log.debug("a socket was closed already")
