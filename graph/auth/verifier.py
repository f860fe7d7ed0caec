"""Compares tokens with keys off the event loop, in a few threads and with a bounded queue."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import bcrypt

from graph.auth.fair_queue import FairQueue, Peer
from graph.model.errors import Throttled
from graph.observability.metrics import QUEUE_LENGTH

WAITING: Final = 1_000
_MAX_THREADS: Final = 4
_LANES: Final = (6, 8, 10)
"""The highest costs of the tokens that are verified beside more expensive ones, each group of them
on a thread of its own: a wait depends on what tokens of about the same cost take."""
_NICENESS: Final = 5
_SECONDS_OF_COST_10: Final = 0.06
"""What one comparison takes, roughly; each step of the cost doubles it."""
_TOO_MANY: Final = "Too many new tokens were sent at once. Try again in a few seconds."
_NOBODY: Final = Peer()
_STOPPING: Final = "The server is stopping. Try again."


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    token: bytes = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)
    peer: Peer
    answer: asyncio.Future[int | None]


class _Lane:
    """The tokens of about the same cost, with the threads that verify them."""

    def __init__(self, threads: int, clock: Callable[[], float]) -> None:
        self.waiting: FairQueue[_Job] = FairQueue(WAITING, clock)
        self.pool = ThreadPoolExecutor(threads, "bcrypt", initializer=_lower_priority)
        self._threads, self._busy = threads, 0

    def start(self, finish: Callable[[_Job, asyncio.Future[int | None]], None]) -> None:
        """Begins what there are threads for. ``finish`` gets each job once it is done."""
        while self.waiting and self._busy < self._threads:
            job = self.waiting.pop()
            QUEUE_LENGTH.labels("tokens").dec()
            self._busy += 1
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(self.pool, compare, job.keys, job.token)
            work.add_done_callback(partial(self._finish, job, finish))

    def _finish(
        self,
        job: _Job,
        finish: Callable[[_Job, asyncio.Future[int | None]], None],
        work: asyncio.Future[int | None],
    ) -> None:
        self._busy -= 1
        finish(job, work)
        self.start(finish)


class Verifier:
    """Owns the threads. bcrypt releases the interpreter lock; what it takes is processor time.

    Who sends wrong tokens is set back in all lanes.
    """

    def __init__(self, keys: Sequence[bytes], clock: Callable[[], float] = time.monotonic) -> None:
        self.keys = tuple(keys)
        """What the tokens that are submitted from now on are compared with."""
        most = max(1, min(_MAX_THREADS, _processors() - 1))
        self._lanes = tuple(_Lane(threads, clock) for threads in (*(1 for _ in _LANES), most))
        self._jobs: dict[tuple[bytes, tuple[bytes, ...]], _Job] = {}

    async def matching(self, token: bytes, cost: int, peer: Peer = _NOBODY) -> int | None:
        """Returns the index of the key that a token was made from; None if there is none.

        Callers with the same token share one computation. Raises Throttled if the queue is full.
        """
        job = self._jobs.get((token, self.keys)) or self._submit(token, cost, peer)
        return await asyncio.shield(job.answer)

    async def aclose(self) -> None:
        """Waits for what is being computed; callers that still wait are told to try again."""
        for lane in self._lanes:
            while lane.waiting:
                self._turn_away(lane.waiting.pop(), _STOPPING)
        for lane in self._lanes:
            await asyncio.to_thread(lane.pool.shutdown, cancel_futures=True)

    def _submit(self, token: bytes, cost: int, peer: Peer) -> _Job:
        job = _Job(token, self.keys, peer, asyncio.get_running_loop().create_future())
        self._jobs[token, self.keys] = job
        seconds = _SECONDS_OF_COST_10 * 2.0 ** (cost - 10) * len(self.keys)
        lane = self._lanes[bisect_left(_LANES, cost)]
        QUEUE_LENGTH.labels("tokens").inc()
        last = lane.waiting.push(job, peer, seconds)
        if last is not None:
            self._turn_away(last, _TOO_MANY)
        lane.start(self._finish)
        return job

    def _finish(self, job: _Job, work: asyncio.Future[int | None]) -> None:
        del self._jobs[job.token, job.keys]
        if work.cancelled():
            job.answer.cancel()
        elif error := work.exception():
            _fail(job.answer, error)
        else:
            for lane in self._lanes:
                lane.waiting.settle(job.peer, right=work.result() is not None)
            job.answer.set_result(work.result())

    def _turn_away(self, job: _Job, why: str) -> None:
        QUEUE_LENGTH.labels("tokens").dec()
        del self._jobs[job.token, job.keys]
        _fail(job.answer, Throttled(why))


def _fail(answer: asyncio.Future[int | None], error: BaseException) -> None:
    answer.set_exception(error)
    answer.exception()  # retrieved, even if everybody who waited has left


def compare(keys: Sequence[bytes], token: bytes) -> int | None:
    """Returns the index of the matching key. Tries all, so that the time reveals nothing."""
    found = None
    for index, key in enumerate(keys):
        try:
            if bcrypt.checkpw(key, token):
                found = index
        except ValueError:  # bcrypt cannot read the salt, so nobody made a token with it
            continue
    return found


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _lower_priority() -> None:
    """On Linux this affects the calling thread alone; elsewhere it would affect the process."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
