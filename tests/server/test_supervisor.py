"""The parent of several workers, without workers: what it does with signals."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import SIGNALS

from graph.server.supervisor import Supervisor, Worker


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


class Dead:
    """A worker that was killed, has ended by itself, or does not answer."""

    pid = 7

    def __init__(self, exitcode: int | None = -9, *, could_not_start: bool = False) -> None:
        self.exitcode, self.could_not_start = exitcode, could_not_start

    def is_alive(self, _timeout: float) -> bool:
        return False

    def kill(self) -> None: ...

    def join(self) -> None: ...


def test_a_worker_cannot_be_replaced_once_the_sockets_are_closed(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping: list[bool] = []

    def start(self: Worker) -> None:
        if stopping:
            supervisor.should_exit.set()
        raise OSError("Bad file descriptor")

    monkeypatch.setattr(Worker, "start", start)
    supervisor.processes = [cast("Worker", Dead())]
    with pytest.raises(OSError, match="Bad file descriptor"):
        supervisor.keep_subprocess_alive()
    stopping.append(True)
    supervisor.keep_subprocess_alive()


@pytest.mark.parametrize(
    ("exitcode", "why"),
    [
        (-9, "was ended by the signal 9 (Killed)"),
        (1, "ended with status 1"),
        (None, "did not answer for 5 s"),
    ],
)
def test_the_log_says_why_a_worker_is_replaced(
    supervisor: Supervisor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    exitcode: int | None,
    why: str,
) -> None:
    monkeypatch.setattr(Worker, "start", lambda _: None)
    supervisor.processes = [cast("Worker", Dead(exitcode))]
    supervisor.keep_subprocess_alive()
    assert caplog.messages == [f"Worker 7 {why}. Another one replaces it."]


def test_a_worker_that_could_not_start_stops_the_server(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    dead = Dead(1, could_not_start=True)
    supervisor.processes = [cast("Worker", dead)]
    supervisor.keep_subprocess_alive()
    assert supervisor.should_exit.is_set()
    assert supervisor.failed
    assert supervisor.processes[0] is cast("Worker", dead)
    message = "Worker 7 could not start: it ended with status 1. The server stops."
    assert caplog.messages == [message]


class Frozen:
    """A process that runs and does nothing, or has ended."""

    def __init__(self, *, alive: bool = True, exitcode: int | None = None) -> None:
        self.alive, self.exitcode = alive, exitcode

    def is_alive(self) -> bool:
        return self.alive


def worker_with(
    process: Frozen, sockets: list[socket.socket], clock: Callable[[], float] = time.monotonic
) -> Worker:
    config = uvicorn.Config("tests.nowhere:app", workers=2, log_config=None)
    worker = Worker(config, sockets, clock)
    worker.process = cast("Any", process)
    return worker


def answer(worker: Worker) -> None:
    assert worker.child_conn.recv() == b"ping"
    worker.child_conn.send(obj=False)


@pytest.mark.parametrize(
    ("exitcode", "seconds", "could_not_start"),
    [
        (STARTUP_FAILURE, 0.5, True),
        (STARTUP_FAILURE, 600, True),
        (1, 0.5, True),
        (1, 9, True),
        (1, 600, False),
        (0, 0.5, False),
        (-9, 0.5, False),
        (None, 0.5, False),
    ],
)
def test_a_worker_that_ends_by_itself_at_once_could_not_start(
    sockets: list[socket.socket], exitcode: int | None, seconds: float, *, could_not_start: bool
) -> None:
    now = [100.0]
    process = Frozen(alive=exitcode is None, exitcode=exitcode)
    worker = worker_with(process, sockets, clock=lambda: now[0])
    now[0] += seconds
    assert worker.could_not_start is could_not_start


def test_a_worker_is_asked_once_and_has_until_the_timeout_to_answer(
    sockets: list[socket.socket],
) -> None:
    now = [100.0]
    worker = worker_with(Frozen(), sockets, clock=lambda: now[0])
    for _ in range(3):
        for seconds in (0, 20, 39):
            now[0] += seconds
            assert worker.is_alive(60)
        answer(worker)
        assert not worker.child_conn.poll()
        now[0] += 1000
    assert worker.is_alive(60)
    now[0] += 60
    assert not worker.is_alive(60)


def test_a_worker_that_died_owing_an_answer_is_not_waited_for(
    sockets: list[socket.socket],
) -> None:
    process = Frozen()
    worker = worker_with(process, sockets)
    assert worker.is_alive(60)
    process.alive = False
    assert not worker.is_alive(60)


def test_a_worker_whose_pipe_broke_is_not_alive(sockets: list[socket.socket]) -> None:
    worker = worker_with(Frozen(), sockets)
    worker.child_conn.close()
    assert not worker.is_alive(60)


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
