"""Which executions run: one of a task at a time and, in BASIC mode, one on each agent."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from threading import RLock
from typing import Final

from graph.sandbox.datasync.engine import ENGINE
from graph.sandbox.datasync.resources import Execution, Task


class Launches:
    """The queue of all executions, first in, first out. One per process, as moto's state is.

    Its lock is taken under a backend's lock, and before those of the engine.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._waiting: list[Execution] = []
        self._busy: set[str] = set()
        """The ARNs of agents."""

    def add(self, execution: Execution) -> None:
        """Runs an execution as soon as its task and its agents are free."""
        with self._lock:
            execution.task.queue.append(execution)
            self._waiting.append(execution)
            self.launch()

    def remove(self, execution: Execution) -> bool:
        """Takes an execution out of the queue; false if it does not wait."""
        with self._lock:
            if execution not in self._waiting:
                return False
            self._waiting.remove(execution)
            execution.task.queue.remove(execution)
            return True

    def drop(self, executions: Iterable[Execution]) -> None:
        """Forgets executions, whether they wait or run."""
        with self._lock:
            for execution in executions:
                if self.remove(execution):
                    continue
                ENGINE.drop(execution.transfer)
                if execution.task.running is execution:
                    self._busy -= execution.agents

    def launch(self) -> None:
        """Runs what can run now."""
        with self._lock:
            for execution in list(self._waiting):
                task = execution.task
                busy = task.running is not None or execution.agents & self._busy
                if not busy and task.offline is None:
                    self.remove(execution)
                    task.running = execution
                    self._busy |= execution.agents
                    done = partial(self._ended, task, execution.agents)
                    ENGINE.start(execution.transfer, done=done)

    def _ended(self, task: Task, agents: frozenset[str]) -> None:
        with self._lock:
            task.running = None
            self._busy -= agents
            self.launch()


LAUNCHES: Final = Launches()
