"""Compares tokens with keys off the event loop: few threads of low priority, a bounded queue."""

from __future__ import annotations

import asyncio
import heapq
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import bcrypt

from graph.model.errors import Throttled

WAITING: Final = 200
_MOST_THREADS: Final = 4
_NICE: Final = 5


@dataclass(order=True, slots=True)
class _Job:
    """By cost: a flood of dear tokens lets the cheap ones pass. Among equals, by arrival."""

    cost: int
    number: int
    token: bytes = field(compare=False)
    answer: asyncio.Future[int | None] = field(compare=False)


class Verifier:
    """bcrypt releases the interpreter's lock; what it takes from others is the processor."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)
        self._threads = max(1, min(_MOST_THREADS, _processors() - 1))
        self._pool = ThreadPoolExecutor(self._threads, "bcrypt", initializer=_give_way)
        self._waiting: list[_Job] = []
        self._jobs: dict[bytes, _Job] = {}
        self._busy = self._count = 0

    async def matching(self, token: bytes, cost: int) -> int | None:
        """The index of the key that a token was made of; those who bring the same one share it.

        Raises Throttled where too many wait that are no dearer.
        """
        job = self._jobs.get(token) or self._take_on(token, cost)
        return await asyncio.shield(job.answer)

    async def aclose(self) -> None:
        """Whoever waits is told to come again."""
        while self._waiting:
            self._give_up(self._waiting[-1], "the server is stopping; try again")
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    def _take_on(self, token: bytes, cost: int) -> _Job:
        self._count += 1
        job = _Job(cost, self._count, token, asyncio.get_running_loop().create_future())
        if len(self._waiting) >= WAITING:
            dearest = max(self._waiting)
            if dearest < job:
                raise Throttled(_TOO_MANY)
            self._give_up(dearest, _TOO_MANY)
        self._jobs[token] = job
        heapq.heappush(self._waiting, job)
        self._start()
        return job

    def _start(self) -> None:
        while self._waiting and self._busy < self._threads:
            job = heapq.heappop(self._waiting)
            self._busy += 1
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(self._pool, compare, self._keys, job.token)
            work.add_done_callback(partial(self._finished, job))

    def _finished(self, job: _Job, work: asyncio.Future[int | None]) -> None:
        self._busy -= 1
        del self._jobs[job.token]
        if work.cancelled():
            job.answer.cancel()
        elif error := work.exception():
            job.answer.set_exception(error)
        else:
            job.answer.set_result(work.result())
        self._start()

    def _give_up(self, job: _Job, why: str) -> None:
        self._waiting.remove(job)
        heapq.heapify(self._waiting)
        del self._jobs[job.token]
        job.answer.set_exception(Throttled(why))


_TOO_MANY: Final = "too many new tokens at once; try again in a few seconds"


def compare(keys: Sequence[bytes], token: bytes) -> int | None:
    """Every key is tried, whichever matches: the time tells nothing."""
    found = None
    for index, key in enumerate(keys):
        try:
            if bcrypt.checkpw(key, token):
                found = index
        except ValueError:  # a salt that bcrypt cannot read is nobody's
            continue
    return found


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _give_way() -> None:
    """On Linux this is of the calling thread alone; elsewhere it would be of the process."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)
