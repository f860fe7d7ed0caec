"""Runs executions step by step, on a thread or as a test advances the clock."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count
from typing import Final

from graph.sandbox.clock import CLOCK
from graph.sandbox.datasync.transfer import Transfer
from graph.sandbox.failures import Cancelled
from graph.sandbox.pace import PACE

_SLICE: Final = 0.01
"""How long the thread runs before it yields to the rest of the process, in seconds."""


@dataclass
class Live:
    """A transfer in progress. Scheduling it again replaces the earlier schedule."""

    steps: Generator[float, None, None]
    done: Callable[[], None]
    turn: int = -1
    cancelled: bool = False


class Engine:
    """Runs the steps of transfers in order of time, on a daemon thread or as the clock is turned.

    Two locks, taken in this order: a thread that steps holds ``_stepping``, and ``_wake`` guards
    all state. A backend's lock comes between them: ``done`` and alarms take it, and ``start`` and
    ``cancel`` are called under it, so that neither is called while ``_wake`` is held.
    """

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Transfer]] = []
        self._live: dict[Transfer, Live] = {}
        self._alarms: dict[str, tuple[float, Callable[[], None]]] = {}
        """By the ARN of a task: when its schedule is due, and what it does."""
        self._order = count()
        self._stepping = threading.Lock()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self, transfer: Transfer, done: Callable[[], None]) -> None:
        with self._wake:
            steps = transfer.steps()
            self._live[transfer] = Live(steps, done)
            self._schedule(transfer, CLOCK.seconds() + next(steps))
            self._run()

    def set_alarm(self, name: str, seconds: float, fire: Callable[[], None]) -> None:
        """Calls a function once after that time. Replaces an earlier alarm of the same name."""
        with self._wake:
            self._alarms[name] = (CLOCK.seconds() + seconds, fire)
            self._wake.notify()
            self._run()

    def forget_alarm(self, name: str) -> None:
        with self._wake:
            self._alarms.pop(name, None)

    def _run(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="datasync", daemon=True)
            self._thread.start()

    def cancel(self, transfer: Transfer) -> bool:
        with self._wake:
            live = self._live.get(transfer)
            if live is None or live.cancelled:
                return False
            live.cancelled = True
            transfer.status = "CANCELLING"
            self._schedule(transfer, CLOCK.seconds() + PACE.launch / 2)
            return True

    def reset(self) -> None:
        """Drops all transfers and alarms."""
        with self._wake:
            self._live.clear()
            self._due.clear()
            self._alarms.clear()

    def close(self) -> None:
        """Drops all transfers and ends the thread; the next start creates another."""
        self.reset()
        with self._wake:
            thread, self._thread = self._thread, None
            self._wake.notify()
        if thread is not None:
            thread.join()

    def let_go(self) -> None:
        """Switches back to real time and the thread."""
        with self._wake:
            CLOCK.let_go()
            self._wake.notify()

    def drop(self, transfer: Transfer) -> None:
        with self._wake:
            self._live.pop(transfer, None)

    def advance(self, seconds: float) -> None:
        """Advances the clock of a manual engine, running all steps that become due."""
        with self._stepping:
            until = CLOCK.seconds() + seconds
            while self._step(until):
                pass
            CLOCK.turn_to(until)

    def settle(self, seconds: float) -> None:
        """Advances the clock until nothing runs. Raises TimeoutError if that takes longer."""
        with self._stepping:
            until = CLOCK.seconds() + seconds
            while self._live and self._step(until):
                pass
            with self._wake:
                running = len(self._live)
            if running:
                raise TimeoutError(f"{running} transfer(s) run longer than {seconds} s")

    def _schedule(self, transfer: Transfer, due: float) -> None:
        """A transfer has one place in the queue: scheduling it again replaces the earlier one."""
        live = self._live[transfer]
        live.turn = next(self._order)
        heapq.heappush(self._due, (due, live.turn, transfer))
        self._wake.notify()

    def _loop(self) -> None:
        """Ends when the engine is closed."""
        while True:
            with self._wake:
                if self._thread is not threading.current_thread():
                    return
                # Waiting costs more than so short a time: steps that are this close run together.
                wait = self._wait()
                if wait is None or wait > _SLICE:
                    self._wake.wait(wait)
                    continue
            with self._stepping:
                pause = time.monotonic() + _SLICE
                while not CLOCK.manual and self._step(CLOCK.seconds() + _SLICE, turned=False):
                    if time.monotonic() > pause:
                        break
            time.sleep(0.001)

    def _wait(self) -> float | None:
        """Seconds until the next step; None if there is none, or in manual mode."""
        due = [self._due[0][0]] if self._due else []
        due += [when for when, _ in self._alarms.values()]
        return None if CLOCK.manual or not due else min(due) - CLOCK.seconds()

    def _step(self, until: float, *, turned: bool = True) -> bool:
        """The next step that is due by then, if any."""
        if self._ring(until, turned=turned):
            return True
        with self._wake:
            if not self._due or self._due[0][0] > until:
                return False
            due, turn, transfer = heapq.heappop(self._due)
            live = self._live.get(transfer)
            if live is None or live.turn != turn:
                return True
            if turned:
                CLOCK.turn_to(due)
            try:
                delay = live.steps.throw(Cancelled()) if live.cancelled else next(live.steps)
            except StopIteration:
                del self._live[transfer]
            else:
                self._schedule(transfer, due + delay)
                return True
        live.done()
        return True

    def _ring(self, until: float, *, turned: bool) -> bool:
        """Calls the alarm that is due by then, if it comes before the next step."""
        with self._wake:
            if not self._alarms:
                return False
            name, (due, fire) = min(self._alarms.items(), key=lambda alarm: alarm[1][0])
            if due > until or (self._due and self._due[0][0] < due):
                return False
            del self._alarms[name]
            if turned:
                CLOCK.turn_to(due)
        fire()
        return True


ENGINE: Final = Engine()
