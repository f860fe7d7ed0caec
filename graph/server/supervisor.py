"""The parent of several workers: replaces those that die, and never waits for one."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from socket import socket
from types import FrameType
from typing import Final

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from graph.server.quiet_server import QuietServer
from graph.server.signals import take_hangup

log = logging.getLogger(__name__)
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
_AT_ONCE_SECONDS: Final = 10.0
"""A worker that ends by itself so soon after its start would be replaced over and over."""


class Worker(Process):
    """A worker that is asked for a sign of life without waiting for the answer.

    uvicorn waits for it, and if the worker dies meanwhile, until the time is over: no other worker
    is replaced and no signal is handled as long.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        sockets: list[socket],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(config, sockets)
        self._clock, self._made_at = clock, clock()
        self._asked_at: float | None = None
        self._quiet: QuietServer | None = None

    @property
    def server(self) -> QuietServer:
        if self._quiet is None:
            self._quiet = QuietServer(self.config)
        return self._quiet

    @property
    def could_not_start(self) -> bool:
        """Whether another one would end, too: it gave up, or ended by itself almost at once."""
        ended = self.exitcode
        if ended is None or ended <= 0:
            return False
        return ended == STARTUP_FAILURE or self._clock() - self._made_at < _AT_ONCE_SECONDS

    def is_alive(self, timeout: float = 5) -> bool:
        """Whether the process runs and has not owed an answer for longer than ``timeout``."""
        if not self.process.is_alive():
            return False
        now = self._clock()
        try:
            if self._asked_at is not None and self.parent_conn.poll():
                self.parent_conn.recv()
                self._asked_at = None
            if self._asked_at is None:
                self.parent_conn.send(b"ping")
                self._asked_at = now
        except (OSError, EOFError):
            return False
        return now - self._asked_at < timeout


class Supervisor(Multiprocess):
    """uvicorn's supervisor of workers with a different handling of signals.

    SIGHUP, which must be blocked already, is forwarded to the workers instead of restarting them.
    """

    failed: bool
    """Whether it stops because a worker could not start."""
    processes: list[Worker]  # type: ignore[assignment]  # uvicorn's, which has no others

    def __init__(self, config: uvicorn.Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        self.failed = False
        for number in _STOPPING:
            signal.signal(number, self._stop)

    def init_processes(self) -> None:
        for _ in range(self.processes_num):
            self.processes.append(self._started())

    def keep_subprocess_alive(self) -> None:
        """Replaces workers that have died or do not answer, unless the process is being stopped.

        A worker that could not start stops the others, too: a new one would not start either.
        """
        for index, worker in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if worker.is_alive(self.config.timeout_worker_healthcheck):
                continue
            ended, failed = worker.exitcode, worker.could_not_start
            worker.kill()
            worker.join()
            why = _why(ended, self.config.timeout_worker_healthcheck)
            if failed:
                log.error("Worker %s could not start: it %s. The server stops.", worker.pid, why)
                self.failed = True
                self.should_exit.set()
                return
            log.warning("Worker %s %s. Another one replaces it.", worker.pid, why)
            try:
                self.processes[index] = self._started()
            except (OSError, ValueError):  # the sockets that the worker should get are closed
                if not self.should_exit.is_set():
                    raise

    def handle_signals(self) -> None:
        super().handle_signals()
        if take_hangup():
            for process in self.processes:
                if process.pid is not None:
                    with suppress(ProcessLookupError):
                        os.kill(process.pid, signal.SIGHUP)

    def handle_ttin(self) -> None:
        """Adds a worker."""
        self.processes_num += 1
        self.processes.append(self._started())

    def _started(self) -> Worker:
        worker = Worker(self.config, self.sockets)
        worker.start()
        return worker

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        """Closes the sockets before the workers do, which have descriptors of their own.

        While this process holds them open, the kernel accepts connections that no worker answers.
        """
        self.should_exit.set()
        for each in self.sockets:
            each.close()


def _why(exitcode: int | None, seconds: float) -> str:
    """``exitcode``: None for a worker that was running."""
    if exitcode is None:
        return f"did not answer for {seconds:g} s"
    if exitcode >= 0:
        return f"ended with status {exitcode}"
    return f"was ended by the signal {-exitcode} ({signal.strsignal(-exitcode) or 'unknown'})"
