"""Signals end the sandbox's commands."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from graph.sandbox import demo
from graph.sandbox.signals import Termination


def test_sigterm_ends_it_also_where_a_shell_lets_it_ignore_ctrl_c() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Termination() as termination, pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        assert termination.status == 143
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.timeout(20)
def test_a_signal_that_another_thread_receives_ends_the_serving_too() -> None:
    server = Path(f"/proc/self/task/{threading.get_native_id()}/stat")

    def receive() -> None:
        while server.read_text().rpartition(")")[2].split()[0] != "S":
            pass  # until the one that serves waits
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    with Termination():
        receiver = threading.Thread(target=receive)
        receiver.start()
        demo._until_interrupted()
        receiver.join()
