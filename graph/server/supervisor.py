"""The parent of several workers: closes the listening sockets immediately and forwards SIGHUP."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from socket import socket
from types import FrameType
from typing import Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from graph.server.signals import take_hangup

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


class Supervisor(Multiprocess):
    """uvicorn's supervisor of workers with a different handling of signals.

    SIGHUP, which must be blocked already, is forwarded to the workers instead of restarting them.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        for number in _STOPPING:
            signal.signal(number, self._stop)

    def keep_subprocess_alive(self) -> None:
        """Replaces workers that have died, unless the process is being stopped."""
        try:
            super().keep_subprocess_alive()
        except (OSError, ValueError):  # the sockets that a new worker should get are closed
            if not self.should_exit.is_set():
                raise

    def handle_signals(self) -> None:
        super().handle_signals()
        if take_hangup():
            for process in self.processes:
                if process.pid is not None:
                    with suppress(ProcessLookupError):
                        os.kill(process.pid, signal.SIGHUP)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        """Closes the sockets before the workers do, which have descriptors of their own.

        While this process holds them open, the kernel accepts connections that no worker answers.
        """
        self.should_exit.set()
        for each in self.sockets:
            each.close()
