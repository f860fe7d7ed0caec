"""Accepts connections without flooding the log or the event loop if file descriptors run out."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from graph.concurrency import FairLoop
from graph.observability.metrics import LIMITED

log = logging.getLogger(__name__)

BURST: Final = 64
"""Connections accepted in one turn of the event loop."""
_EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_GONE: Final = (errno.ECONNABORTED, errno.EPROTO, errno.EPERM)
"""The client has left, or a firewall has closed the connection, before it was accepted."""
_PAUSE_SECONDS: Final = 0.1
_SILENT_SECONDS: Final = 60.0
"""Between two lines of the log about one outage."""
_REFUSAL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"x-content-type-options: nosniff\r\n"
    b"content-length: 49\r\nconnection: close\r\nretry-after: 5\r\n\r\n"
    b"The server is out of file descriptors. Try again."
)

ProtocolFactory = Callable[[], asyncio.BaseProtocol]


class ServerLoop(FairLoop):
    """A loop with this module's ``Listener`` for the sockets that a server passes in.

    asyncio's own accept loop logs an error for each place in the backlog if no descriptor is left,
    and schedules as many retries, each of which does the same.
    """

    async def create_server(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as asyncio
        """Serves on the socket ``sock`` if there is one, without TLS; else as asyncio does."""
        sock = options.get("sock")
        if sock is None:
            return await super().create_server(*args, **options)
        return Listener(self, args[0], sock, options["backlog"])


class Listener:
    """Accepts on one socket until it is closed. Has the part of asyncio.Server that is used."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        protocol_factory: ProtocolFactory,
        sock: socket.socket,
        backlog: int,
    ) -> None:
        self._loop, self._protocol_factory, self._socket = loop, protocol_factory, sock
        self._opening: set[asyncio.Task[Any]] = set()
        self._paused: asyncio.TimerHandle | None = None
        self._logged_at = -_SILENT_SECONDS
        self._reserve = _reserve(sock)
        """A descriptor to give up, so that a client can be told why it is not served."""
        sock.settimeout(0)
        sock.listen(backlog)
        loop.add_reader(sock, self._accept)

    def close(self) -> None:
        """Stops accepting and closes the socket. Connections that are open stay open."""
        self._stop_reading()
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None
        self._socket.close()

    async def wait_closed(self) -> None:
        """Returns at once: closing does not wait for connections."""

    def _accept(self) -> None:
        for _ in range(BURST):
            try:
                connection, _address = self._socket.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _GONE:
                    continue
                if error.errno not in _EXHAUSTED:
                    raise
                self._report(error)
                if not self._refuse():
                    self._pause()
                    return
            else:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(0)
        opening = self._loop.create_task(
            self._loop.connect_accepted_socket(self._protocol_factory, connection)
        )
        self._opening.add(opening)  # owned here until the transport owns the connection
        opening.add_done_callback(self._opened)

    def _opened(self, opening: asyncio.Task[Any]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and (error := opening.exception()):
            log.error("a connection could not be opened", exc_info=error)

    def _refuse(self) -> bool:
        """Answers one client with the descriptor in reserve. Returns whether there was one."""
        if self._reserve is None:
            self._reserve = _reserve(self._socket)
        if self._reserve is None:
            return False
        os.close(self._reserve)
        self._reserve = None
        try:
            connection, _address = self._socket.accept()
        except OSError:  # the descriptor went to another thread, or the client has left
            return False
        LIMITED.labels("connections").inc()
        with connection:
            connection.settimeout(0)
            _answer(connection)
        self._reserve = _reserve(self._socket)
        return True

    def _pause(self) -> None:
        self._loop.remove_reader(self._socket)
        self._paused = self._loop.call_later(_PAUSE_SECONDS, self._resume)

    def _resume(self) -> None:
        self._paused = None
        self._loop.add_reader(self._socket, self._accept)

    def _stop_reading(self) -> None:
        if self._paused is not None:
            self._paused.cancel()
            self._paused = None
        elif self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)

    def _report(self, error: OSError) -> None:
        now = self._loop.time()
        if now - self._logged_at >= _SILENT_SECONDS:
            self._logged_at = now
            log.error("new connections are refused: %s", error.strerror)


def _reserve(sock: socket.socket) -> int | None:
    """A further descriptor of a socket; None if there is none left."""
    try:
        return os.dup(sock.fileno())
    except OSError:
        return None


def _answer(connection: socket.socket) -> None:
    """Sends what fits into an empty buffer, after it has emptied the other.

    To close a socket with unread data would reset the connection, and the answer could get lost.
    """
    with suppress(OSError):
        connection.recv(65_536)
    try:
        connection.send(_REFUSAL)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        return
