"""SIGHUP makes a server read its keys again; it stays pending while nobody handles it."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

log = logging.getLogger(__name__)

_HANGUP: Final = {signal.SIGHUP}


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
async def on_hangup(action: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Runs the action after each SIGHUP, one at a time, also after one that was pending.

    Does nothing outside of the main thread, to which alone signals are delivered.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, requested = asyncio.get_running_loop(), asyncio.Event()
    running = loop.create_task(_repeat(requested, action))  # owned here: cancelled below
    loop.add_signal_handler(signal.SIGHUP, requested.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANGUP)
    try:
        yield
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
        except Exception:  # a boundary: the next signal has to be heard, too
            log.exception("SIGHUP could not be handled")
