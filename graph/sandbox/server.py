"""A WSGI server on loopback that knows its workers, so that nothing of it outlives its close."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Final

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

_POLL_SECONDS: Final = 0.05
_JOIN_SECONDS: Final = 10.0


class Server(ThreadedWSGIServer):
    """Serves from its making on: a thread that accepts, and one a connection."""

    daemon_threads = True

    def __init__(self, port: int, app: Any) -> None:
        super().__init__("127.0.0.1", port, app, handler=_QuietHandler)
        self._workers: dict[threading.Thread, socket.socket] = {}
        self._accepting = threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name="sandbox", daemon=True
        )
        self._accepting.start()

    def close(self) -> None:
        """Ends every connection, also those that a client keeps alive, and every thread."""
        self.shutdown()
        self._accepting.join()
        self.server_close()
        for worker, connection in list(self._workers.items()):
            with contextlib.suppress(OSError):  # its client was faster
                connection.shutdown(socket.SHUT_RDWR)
            worker.join(_JOIN_SECONDS)

    def process_request(self, request: Any, client_address: Any) -> None:
        worker = threading.Thread(
            target=self._work, args=(request, client_address), name="sandbox-call", daemon=True
        )
        self._workers[worker] = request
        worker.start()

    def _work(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            del self._workers[threading.current_thread()]


class _QuietHandler(MotoRequestHandler):  # type: ignore[misc]  # moto is not typed
    """Says nothing of requests, nor of clients that went away."""

    protocol_version = "HTTP/1.1"

    def log(self, *_args: object) -> None:
        """Not to standard error."""

    def log_request(self, *_args: object, **_more: object) -> None:
        """Not to standard error."""
