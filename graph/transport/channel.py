"""An accepted WebSocket: what is sent, how it is closed, and at what rate its client may send."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from graph.transport.endpoint import abort
from graph.transport.messages import text
from graph.transport.outbox import Outbox
from graph.transport.refusals import close_reason

log = logging.getLogger(__name__)

_RATE: Final = 50.0
"""Messages per second, after the first ``_BURST``."""
_BURST: Final = 100.0
_CLOSE_SECONDS: Final = 10.0


class Channel:
    """One accepted socket."""

    def __init__(self, socket: WebSocket, outbox: Outbox) -> None:
        self._socket, self.outbox = socket, outbox
        self._filled_at = time.monotonic()
        self._tokens = _BURST

    @property
    def closed(self) -> bool:
        return self.outbox.closed

    def admits(self) -> bool:
        """Counts a received message. Returns whether the client is within its rate."""
        now = time.monotonic()
        self._tokens = min(_BURST, self._tokens + (now - self._filled_at) * _RATE) - 1
        self._filled_at = now
        return self._tokens >= 0

    async def send(self, message: str) -> None:
        """Waits for as long as the client does not read. Raises ClientGone."""
        await self.outbox.send(text(message))

    async def close(self, code: int, reason: str, seconds: float = _CLOSE_SECONDS) -> None:
        """Ends the connection if the client does not read for ``seconds``."""
        self.outbox.closed = True
        try:
            async with asyncio.timeout(seconds):
                await self._socket.close(code, close_reason(reason))
        except TimeoutError:
            abort(self._socket.scope)
        except (WebSocketDisconnect, RuntimeError):
            log.debug("a socket was closed already")
