"""Lets a long computation pause on the event loop, without being written as a coroutine."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextvars import copy_context
from types import coroutine
from typing import Final, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")

_STEP_SECONDS: Final = 0.001
"""Of CPU time. A turn on the loop is half as long, and a switch costs a few microseconds."""


class _Computation(greenlet):
    """Runs on a stack of its own, which it leaves to pause."""

    def __init__(self, compute: Callable[[], object]) -> None:
        super().__init__(compute)
        self.until = 0.0
        """When it should pause."""
        self._caller = getcurrent()

    def pause(self) -> None:
        self._caller.switch()


@coroutine
def in_steps(
    compute: Callable[[], T],
    seconds: float = _STEP_SECONDS,
    clock: Callable[[], float] = time.thread_time,
) -> Generator[None, None, T]:
    """What ``compute`` returns or raises. Others are served wherever it calls ``may_pause``.

    It runs in a copy of the caller's context, and ends where it paused if the caller is cancelled.
    """
    computation = _Computation(compute)
    computation.gr_context = copy_context()
    try:
        while True:
            computation.until = clock() + seconds
            result: T = computation.switch()
            if computation.dead:
                return result
            yield  # as asyncio.sleep(0)
    finally:
        if not computation.dead:
            computation.throw()


def may_pause(clock: Callable[[], float] = time.thread_time) -> None:
    """Pauses a computation that is made in steps if the time of its step is over."""
    computation = getcurrent()
    if isinstance(computation, _Computation) and clock() >= computation.until:
        computation.pause()
