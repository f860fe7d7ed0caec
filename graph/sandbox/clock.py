"""The clock of the sandbox: real time, or advanced by tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class VirtualClock:
    """Seconds since its creation. In manual mode it advances only when turned."""

    def __init__(self) -> None:
        self.manual = False
        self._turned = 0.0
        self._began, self._zero = datetime.now(UTC), time.monotonic()
        self._lock = threading.Lock()

    def seconds(self) -> float:
        return self._turned if self.manual else time.monotonic() - self._zero

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.seconds())

    def take_over(self) -> None:
        """Switches to manual mode: only :meth:`turn_to` advances it."""
        with self._lock:
            if not self.manual:
                self._turned, self.manual = self.seconds(), True

    def let_go(self) -> None:
        """Switches back to real time, continuing from the current value."""
        with self._lock:
            self._zero = time.monotonic() - self.seconds()
            self.manual = False

    def start_over(self) -> None:
        """Resets the clock to the machine's time."""
        with self._lock:
            self._began, self._zero = datetime.now(UTC), time.monotonic()
            self.manual = False

    @contextmanager
    def earlier(self, seconds: float) -> Iterator[None]:
        """What is done meanwhile counts as done that number of seconds ago."""
        self._began -= timedelta(seconds=seconds)
        try:
            yield
        finally:
            self._began += timedelta(seconds=seconds)

    def turn_to(self, seconds: float) -> None:
        self._turned = max(self._turned, seconds)


CLOCK = VirtualClock()
"""A module-level instance, because moto keeps its state in module-level dictionaries too."""
