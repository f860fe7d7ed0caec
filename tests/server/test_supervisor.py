"""The parent of several workers, without workers: what it does with signals."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import uvicorn
from uvicorn.supervisors.multiprocess import SIGNALS

from graph.server.supervisor import Supervisor


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield [server]


@pytest.fixture
def supervisor(sockets: list[socket.socket]) -> Iterator[Supervisor]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    made = Supervisor(uvicorn.Config("tests.nowhere:app", workers=2, log_config=None), sockets)
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_stop_closes_the_sockets_before_anything_else(
    supervisor: Supervisor, sockets: list[socket.socket], number: int
) -> None:
    address = sockets[0].getsockname()
    socket.create_connection(address, 5).close()
    signal.raise_signal(number)
    assert supervisor.should_exit.is_set()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)


def test_a_worker_cannot_be_replaced_once_the_sockets_are_closed(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(self: uvicorn.supervisors.Multiprocess) -> None:
        raise OSError("Bad file descriptor")

    monkeypatch.setattr(uvicorn.supervisors.Multiprocess, "keep_subprocess_alive", replace)
    with pytest.raises(OSError, match="Bad file descriptor"):
        supervisor.keep_subprocess_alive()
    supervisor.should_exit.set()
    supervisor.keep_subprocess_alive()


FORWARDS = """
import os, signal, types, socket, uvicorn
from graph.server.signals import block_hangup
from graph.server.supervisor import Supervisor
block_hangup()
sent = []
os.kill = lambda pid, number: sent.append((pid, number))
made = Supervisor(uvicorn.Config("tests.nowhere:app", workers=2, log_config=None), [])
made.processes = [types.SimpleNamespace(pid=7), types.SimpleNamespace(pid=None)]
made.handle_signals()
assert sent == []
signal.raise_signal(signal.SIGHUP)
made.handle_signals()
made.handle_signals()
print([(pid, int(number)) for pid, number in sent])
"""


def test_sighup_is_forwarded_to_each_worker_once() -> None:
    ended = subprocess.run([sys.executable, "-c", FORWARDS], capture_output=True, check=False)  # noqa: S603
    assert ended.stdout.decode() == f"[(7, {signal.SIGHUP:d})]\n", ended.stderr
