"""HTTP connections that do not wait for ever: a request has to be whole in time, and bounded."""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import dataclass
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from graph.observability.logs import pairs
from graph.observability.metrics import HTTP_REQUESTS

log = logging.getLogger(__name__)

REFUSED: Final = "datasync-api.refused"
"""In the scope of a request that was cut off: the status that its client got."""
_TOO_LARGE: Final = "the head of the request is too large\n"
_TOO_SLOW: Final = "the request did not come in time\n"
_TOO_MANY: Final = "there are too many connections; try again\n"
_RETRY_SECONDS: Final = "5"
_FULL: Final = 503
_TOLD: Final = 100
"""So many connections more than are served are told why they are not; others are just ended."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a client may take, and how much it may say before its body."""

    seconds: float
    """For a whole request from its first byte, or from the opening of the connection; and for
    taking an answer once it is all written."""
    connections: int
    """How many are served at a time."""
    head_bytes: int = 65_536


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's, which has no time-out for reading and no bound for headers of its own."""

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head = True
        self._said = False
        """Whether anything of the present request has come."""
        self._fresh = False
        """Whether the head began within the data at hand, so that not all of that is head."""
        self._head = self._raw = 0
        """Bytes of a head: what the parser has told, and what has come in parts."""
        self._refused = False
        self._beyond = False
        """Whether it came when all the connections that are served were taken."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        beyond = len(self.connections) - self._limits.connections
        self._beyond = beyond > 0
        if beyond > _TOLD:
            transport.abort()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._whole()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._beyond:
            self._refuse(_FULL, _TOO_MANY)
            return
        if self._in_head and self._deadline is None:
            self._wait()
        self._said, self._fresh = True, False
        super().data_received(data)
        if self._in_head and not self._fresh:  # a header without an end calls nothing
            self._raw += len(data)
            if self._raw > self._limits.head_bytes and not self._refused:
                self._refuse(431, _TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._fresh, self._said, self._head, self._raw = True, True, True, 0, 0
        if self._deadline is None:
            self._wait()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        hosts = sum(name == b"host" for name, _ in self.headers)
        # RFC 9112, 3.2: none or several are a 400; HTTP/1.0 knew no such header.
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise ValueError("not one Host")  # the parser stops, and asks for a 400
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._whole()
        self._in_head, self._fresh, self._said, self._head, self._raw = True, True, False, 0, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self._limits.seconds, self._give_up, self.transport)

    def send_400_response(self, msg: str) -> None:
        if self._head > self._limits.head_bytes:
            self._refuse(431, _TOO_LARGE)
        else:
            self._refuse(400, msg)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > self._limits.head_bytes:
            raise ValueError(_TOO_LARGE)  # the parser stops, and asks for a 400

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self._limits.seconds, self._too_slow)

    def _whole(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        answering = self.cycle is not None and not self.cycle.response_complete
        if self.flow.read_paused or (self._in_head and answering):
            self._wait()  # it is the server that does not read, or that has not answered yet
        elif not self._said or (self.cycle is not None and self._answered()):
            self.transport.close()
        else:
            self._refuse(408, _TOO_SLOW)

    def _answered(self) -> bool:
        """Before its body was whole; another answer would be one too many."""
        return not self._in_head and self.cycle.response_started

    def _refuse(self, status: int, reason: str) -> None:
        """Answers in the place of the application, which sees its client leave."""
        self._refused = True
        self._whole()
        running = self.cycle is not None and not self.cycle.response_complete
        scope = cast("dict[str, Any]", self.cycle.scope) if running else {}
        request_id = scope.get("request_id") or uuid.uuid4().hex
        retry = f"retry-after: {_RETRY_SECONDS}\r\n" if status == _FULL else ""
        head = (
            f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(reason)}\r\n"
            f"connection: close\r\nx-request-id: {request_id}\r\n{retry}\r\n"
        )
        self.transport.write(STATUS_LINE[status] + head.encode() + reason.encode())
        if running:
            scope[REFUSED] = status
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        else:
            HTTP_REQUESTS.labels("OTHER", "none", status).inc()
            log.info("%s", pairs(status=status, why=reason.strip(), request_id=request_id))
        self.transport.close()

    @staticmethod
    def _give_up(transport: asyncio.Transport) -> None:
        """For an answer that nobody takes: closing would wait for it."""
        if transport.get_write_buffer_size():
            transport.abort()
