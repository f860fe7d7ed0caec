"""SIGHUP makes a server read its keys again; SIGTERM and SIGINT end streams and sockets.

SIGHUP stays pending while nobody handles it.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Final

log = logging.getLogger(__name__)

_HANGUP: Final = {signal.SIGHUP}
_STOP: Final = (signal.SIGTERM, signal.SIGINT)


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
def on_stop(action: Callable[[], None]) -> Iterator[None]:
    """Runs the action on the running loop as soon as the process is asked to stop.

    To be entered after the server has installed its own handlers, which are called as well. The
    lifespan's shutdown would be too late: it comes when all responses have ended. Does nothing
    outside of the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {each: signal.getsignal(each) for each in _STOP}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(action)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for each in _STOP:
        signal.signal(each, handle)
    try:
        yield
    finally:
        for each, handler in before.items():
            if signal.getsignal(each) is handle:
                signal.signal(each, handler)
