"""Bounds HTTP connections: their number, the size of requests, and the time that clients take."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from graph.model.request_id import new_request_id
from graph.observability.logs import Fields
from graph.observability.metrics import HTTP_REQUESTS, LIMITED
from graph.server.health import PATHS
from graph.server.joined_head import join_head
from graph.server.light import Flow, LightEvent, Pipeline
from graph.server.peer_connections import PeerConnections, Place
from graph.server.request_parser import RequestParser
from graph.server.response_wire import ResponseWire
from graph.server.websocket_limits import BoundedWebSocket
from graph.transport import ABORT, WIRE

log = logging.getLogger(__name__)

REFUSED: Final = "datasync-api.refused"
"""Key in the scope of a request that was cut off: the status that was sent to its client."""
_TOO_SLOW: Final = "The request did not arrive in time.\n"
_TOO_MANY: Final = "There are too many connections. Try again.\n"
_RETRY_SECONDS: Final = "5"
_FULL: Final = 503
_GRACE_SECONDS: Final = 0.5
"""How long a rejected connection may take to send a request: an earlier answer may get lost."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long a client may take, and how large the head of a request may be."""

    seconds: float
    """For a complete request from its first byte, or from the opening of the connection; and for
    receiving a response once it has been written."""
    head_bytes: int = 65_536


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol with deadlines for reading and writing, and a bounded request head."""

    # Streams last, so memory counts. With more than 30 members of its own, the dictionary of an
    # object takes 1.5 kB, and is not shared with those of others.
    __slots__ = (
        "_deadline",
        "_excess",
        "_in_head",
        "_limits",
        "_peers",
        "_place",
        "_refused",
        "_requests",
        "_running",
        "_started",
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - uvicorn's
        limits: ConnectionLimits,
        peers: PeerConnections,
        **kwargs: Any,  # noqa: ANN401 - uvicorn's
    ) -> None:
        super().__init__(*args, **kwargs)
        self._requests = RequestParser(self, max_head_bytes=limits.head_bytes)
        self.parser = cast("Any", self._requests)
        self.pipeline = cast("Any", Pipeline())
        self._limits, self._peers = limits, peers
        self._place: Place | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head = True
        self._started = False
        """Whether any byte of the current request has arrived."""
        self._refused = False
        self._running: RequestResponseCycle | None = None
        """The request that is being answered or was the last to be; those after it are in the
        pipeline, and ``cycle`` is the newest of them."""
        self._excess = False
        """Whether the limit of connections was reached when this one was opened."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = cast("Any", Flow(transport))
        peer = self.client[0] if self.client else ""
        self._place = self._peers.enter(peer, transport.close)
        self._excess = self._place is None or self._place.is_excess
        if self._place is None:
            self._refuse(_FULL, _TOO_MANY)
            return
        self._place.idle()
        self._wait(_GRACE_SECONDS if self._excess else self._limits.seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        self._leave()
        self.pipeline.clear()
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._started = True
        if self._place is not None:
            self._place.busy()
        super().data_received(data)
        # Most requests arrive as a whole, and need no timer.
        if self._started and self._deadline is None and not self._refused:
            self._wait(self._limits.seconds)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[ABORT] = self.transport.abort
        self._in_head, self._started = True, True

    def on_headers_complete(self) -> None:
        if self._refused:
            return
        if self._excess and not self._is_probe():
            self._refuse(_FULL, _TOO_MANY)
            return
        self._in_head = False
        if self._requests.should_upgrade():
            self.headers[:] = _handshake(self.headers)
        super().on_headers_complete()
        if self._requests.should_upgrade():
            return
        if not self.pipeline:
            self._running = self.cycle
        # Its task has not begun yet.
        self.cycle.message_event = cast("Any", LightEvent())
        join_head(self.cycle)
        cast("dict[str, Any]", self.scope)[WIRE] = ResponseWire(self.cycle)
        if self._excess:
            self.cycle.keep_alive = False

    def handle_websocket_upgrade(self) -> None:
        if self._refused:
            return
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, BoundedWebSocket) and self._place is not None:
            protocol.on_lost = self._place.leave  # not a method of this object, which is done
        else:
            self._leave()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._refused:
            return
        self._cancel_deadline()
        self._in_head, self._started = True, False
        super().on_message_complete()
        if not self._requests.should_upgrade():
            self.headers = []  # the application has a list of its own, and may drop it
            if not self._requests.should_keep_alive():
                self._close_when_answered()
        self._note_idle()

    def on_response_complete(self) -> None:
        if self.pipeline:
            self._running = self.pipeline[-1][0]  # begins now
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self._limits.seconds, self._give_up, self.transport)
        self._note_idle()

    def send_400_response(self, msg: str) -> None:
        self._refuse(*(self._requests.rejection or (400, msg)))

    def _close_when_answered(self) -> None:
        """A trailer field may have ended the connection after the head was complete."""
        self.cycle.keep_alive = False
        if self.cycle.response_complete:
            self.transport.close()

    def _is_probe(self) -> bool:
        """Whether the request is answered even if there are too many connections."""
        path = self.url.partition(b"?")[0].decode("latin-1")
        return path in PATHS and not self._requests.should_upgrade()

    def _note_idle(self) -> None:
        """Between a response that was sent and the first byte of the next request."""
        answered = self.cycle is not None and self.cycle.response_complete
        unsent = self.transport.get_write_buffer_size()
        if answered and self._in_head and not self._started and not unsent and self._place:
            self._place.idle()

    def _leave(self) -> None:
        if self._place is not None:
            self._place.leave()

    def _wait(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._excess:
            self._refuse(_FULL, _TOO_MANY)
        elif self.flow.read_paused or (self._in_head and answering):
            self._wait(
                self._limits.seconds
            )  # the server itself does not read, or has not responded yet
        elif not self._started:
            self.transport.close()
        else:
            self._refuse(408, _TOO_SLOW)

    def _closes_later(self) -> bool:
        """Whether earlier requests are still to be answered, after which the connection closes."""
        if self.cycle is None or self.cycle.response_complete:
            return False
        if not self._in_head:  # the rejected one is the newest
            if self.cycle is self._running:
                return False
            del self.pipeline[0]
        last = self.pipeline[0][0] if self.pipeline else self._running
        if last is None:
            return False
        last.keep_alive = False
        return True

    def _is_responding(self) -> bool:
        """Whether a response to this request has begun."""
        return not self._in_head and self.cycle is not None and self.cycle.response_started

    def _refuse(self, status: int, reason: str) -> None:
        """Responds in place of the application, to which the client appears disconnected.

        Only closes the connection if a response has begun, after those to earlier requests.
        """
        self._refused = True
        if status == _FULL:
            LIMITED.labels("connections").inc()
        self._cancel_deadline()
        if self._closes_later():
            return
        if self._is_responding():
            self.transport.close()
            return
        running = self.cycle is not None and not self.cycle.response_complete
        scope = cast("dict[str, Any]", self.cycle.scope) if running else {}
        request_id = scope.get("request_id") or new_request_id()
        retry = f"retry-after: {_RETRY_SECONDS}\r\n" if status == _FULL else ""
        head = (
            f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(reason)}\r\n"
            f"x-content-type-options: nosniff\r\nconnection: close\r\n"
            f"x-request-id: {request_id}\r\n{retry}\r\n"
        )
        self.transport.write(STATUS_LINE[status] + head.encode() + reason.encode())
        if running:
            scope[REFUSED] = status
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        else:
            HTTP_REQUESTS.labels("OTHER", "none", status).inc()
            peer, reason = self.client[0] if self.client else None, reason.strip()
            log.info(Fields(status=status, reason=reason, peer=peer, request_id=request_id))
        self.transport.close()

    @staticmethod
    def _give_up(transport: asyncio.Transport) -> None:
        """Aborts if the client does not read the response: closing would wait for it."""
        if transport.get_write_buffer_size():
            transport.abort()


def _handshake(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The fields of a WebSocket handshake without those that are expensive to parse and unused.

    uvicorn reads only the last ``Connection``, and the server supports no extension.
    """
    dropped = (b"connection", b"sec-websocket-extensions")
    kept = [field for field in headers if field[0] not in dropped]
    return [*kept, (b"connection", b"Upgrade")]
