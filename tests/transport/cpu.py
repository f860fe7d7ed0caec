"""How long one step of the event loop keeps everybody else waiting, in CPU time."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from graph.server.garbage_collection import tune_garbage_collection

T = TypeVar("T")


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


ATTEMPTS: Final = 8
"""The best one counts: the machine has other work."""


async def longest_step(work: Coroutine[Any, Any, T]) -> tuple[float, T]:
    """The longest step while some work is done, and its result.

    In a task of its own: the step in which this is called began before the measurement. What
    there is already is hidden from the garbage collector meanwhile.
    """
    gc.freeze()
    try:
        with measured() as steps:
            result = await asyncio.create_task(work)
    finally:
        gc.unfreeze()
    return steps.longest, result


@contextmanager
def collected_as_in_a_served_process() -> Iterator[None]:
    """What the tests have imported is not looked through in the middle of a measured step."""
    before = gc.get_threshold()
    tune_garbage_collection()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
