"""SIGHUP makes a server read its keys again; SIGTERM and SIGINT end streams and sockets.

SIGHUP stays pending while nobody handles it.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from time import monotonic
from types import FrameType
from typing import Any, Final

log = logging.getLogger(__name__)

_HANGUP: Final = {signal.SIGHUP}
_STOP: Final = (signal.SIGTERM, signal.SIGINT)
_SAME_REQUEST_SECONDS: Final = 1.0
"""A worker may get a signal twice, from its parent and with its process group."""


def block_hangup() -> None:
    """Keeps SIGHUP pending instead of ending the process; also in processes started later."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _HANGUP)


def take_hangup() -> bool:
    """Returns whether a SIGHUP was pending, and removes it. The signal has to be blocked."""
    if signal.SIGHUP not in signal.sigpending():
        return False
    signal.sigwait(_HANGUP)
    return True


@asynccontextmanager
async def on_hangup(
    action: Callable[[], Awaitable[None]],
) -> AsyncIterator[Callable[[], None]]:
    """Runs the action after each SIGHUP, one at a time, also after one that was pending.

    Yields a function that has the same effect as the signal. Does nothing outside of the main
    thread, to which alone signals are delivered.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    loop, requested = asyncio.get_running_loop(), asyncio.Event()
    running = loop.create_task(_repeat(requested, action))  # owned here: cancelled below
    loop.add_signal_handler(signal.SIGHUP, requested.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANGUP)
    try:
        yield requested.set
    finally:
        block_hangup()
        loop.remove_signal_handler(signal.SIGHUP)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _repeat(requested: asyncio.Event, action: Callable[[], Awaitable[None]]) -> None:
    while True:
        await requested.wait()
        requested.clear()
        try:
            await action()
        except Exception:  # a boundary: the next signal must be handled too
            log.exception("a reload failed")


@contextmanager
def on_stop(
    action: Callable[[], None],
    *,
    announce: Callable[[], None] = lambda: None,
    wait: float = 0.0,
) -> Iterator[None]:
    """Runs ``announce`` as soon as the process is asked to stop, and the action after ``wait``.

    Then it calls the handlers that were installed before, those of the server. Both run on the
    running loop: the lifespan's shutdown would be too late, as it comes when all responses have
    ended. Another signal ends the wait. Does nothing outside of the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in _STOP}
    stop = _Stop(asyncio.get_running_loop(), action, announce, wait, before)
    for each in _STOP:
        signal.signal(each, stop.handle)
    try:
        yield
    finally:
        stop.cancel()
        for each, handler in before.items():
            if signal.getsignal(each) == stop.handle:
                signal.signal(each, handler)


class _Stop:
    """Handles the signals of one process, on its main thread."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        action: Callable[[], None],
        announce: Callable[[], None],
        wait: float,
        handlers: Mapping[signal.Signals, Any],
    ) -> None:
        self._loop, self._action, self._announce = loop, action, announce
        self._wait, self._handlers = wait, handlers
        self._asked_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def handle(self, number: int, frame: FrameType | None) -> None:
        first = self._asked_at is None
        now = monotonic()
        if self._asked_at is None:
            self._asked_at = now
            self._loop.call_soon_threadsafe(self._announce)
        if first and self._wait > 0:
            self._loop.call_soon_threadsafe(self._start_timer, number)
        elif self._wait == 0 or now - self._asked_at >= _SAME_REQUEST_SECONDS:
            self._finish(number, frame)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _start_timer(self, number: int) -> None:
        self._timer = self._loop.call_later(self._wait, self._finish, number, None)

    def _finish(self, number: int, frame: FrameType | None) -> None:
        self.cancel()
        self._loop.call_soon_threadsafe(self._action)
        handler = self._handlers[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)
