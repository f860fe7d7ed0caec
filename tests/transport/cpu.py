"""How long one step of the event loop keeps everybody else waiting, in CPU time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Steps:
    longest: float = 0.0
    """Seconds of CPU time that the thread of the loop used in one step."""


@contextmanager
def measured() -> Iterator[Steps]:
    """Measures each step of every event loop that runs in this thread meanwhile."""
    steps, run = Steps(), asyncio.Handle._run

    def timed(self: asyncio.Handle) -> None:
        began = time.thread_time()
        try:
            run(self)
        finally:
            steps.longest = max(steps.longest, time.thread_time() - began)

    asyncio.Handle._run = timed  # type: ignore[method-assign]
    try:
        yield steps
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]
