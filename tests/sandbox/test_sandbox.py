"""The sandbox as a whole, served on loopback."""

from __future__ import annotations

import http.client
import threading
from contextlib import closing
from urllib.parse import urlsplit
from urllib.request import urlopen

from graph.sandbox import Sandbox
from graph.sandbox.datasync.engine import ENGINE
from tests.sandbox.lab import CALLER, ask, transfer


def test_no_thread_of_a_sandbox_outlives_it(aws: Sandbox) -> None:
    before = set(threading.enumerate())
    with Sandbox() as another:
        kept_alive = urlopen(f"{another.endpoint}/_sandbox/state", timeout=10)  # noqa: S310
        ENGINE.start(transfer(10), done=lambda: None)
        assert {"sandbox", "datasync"} <= {thread.name for thread in threading.enumerate()}
    kept_alive.close()
    assert set(threading.enumerate()) - before == set()
    assert "datasync" not in {thread.name for thread in threading.enumerate()}


def test_closing_the_sandbox_ends_a_kept_connection() -> None:
    with Sandbox() as aws:
        address = urlsplit(aws.endpoint)
        connection = http.client.HTTPConnection(str(address.hostname), address.port)
        assert "<Account>" in ask(connection, "POST", "/", CALLER)
    with closing(connection):
        assert connection.sock
        assert connection.sock.recv(1) == b""
