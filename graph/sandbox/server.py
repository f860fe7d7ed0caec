"""A WSGI server on loopback that ends all of its threads when it is closed."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from typing import Any, Final

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer
from werkzeug.test import run_wsgi_app

_POLL_SECONDS: Final = 0.05
_JOIN_SECONDS: Final = 10.0
_IDLE_SECONDS: Final = 120.0
"""How long an idle connection is kept, in seconds; clients keep theirs for less."""


class Server(ThreadedWSGIServer):
    """Serves from its creation on: one thread accepts, and one serves each connection."""

    daemon_threads = True

    def __init__(self, port: int, app: Any) -> None:
        super().__init__("127.0.0.1", port, app, handler=_Handler)
        self._workers: dict[threading.Thread, socket.socket] = {}
        self._accepting = threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name="sandbox", daemon=True
        )
        self._accepting.start()

    def close(self) -> None:
        """Closes every connection, including idle ones, and ends every thread."""
        self.shutdown()
        self._accepting.join()
        self.server_close()
        for worker, connection in list(self._workers.items()):
            with contextlib.suppress(OSError):  # the client has closed it
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


class _Handler(MotoRequestHandler):  # type: ignore[misc]  # moto is not typed
    """Keeps connections alive, as AWS does, and logs nothing.

    werkzeug's handler closes each connection after its response, because part of the request may
    be unread; this one reads all of it first.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS

    def run_wsgi(self) -> None:
        """Serves one request. An error of the sandbox itself closes the connection."""
        environ = self.make_environ()
        chunked = environ.get("wsgi.input_terminated", False)
        length = -1 if chunked else int(environ.get("CONTENT_LENGTH") or 0)
        given = environ["wsgi.input"].read(length)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ |= {"wsgi.input": io.BytesIO(given), "CONTENT_LENGTH": str(len(given))}
        blocks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        body = b"".join(blocks)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers.to_wsgi_list():
            self.send_header(name, value)
        if "Content-Length" not in headers and code != "204":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log(self, *_args: object) -> None:
        """Logs nothing."""

    def log_request(self, *_args: object, **_more: object) -> None:
        """Logs nothing."""
