"""The sandbox's time: real, or turned by hand."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Seconds since it was made. Turned by hand, it stands still in between."""

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
        """From now on only :meth:`turn_to` moves it."""
        with self._lock:
            if not self.manual:
                self._turned, self.manual = self.seconds(), True

    def let_go(self) -> None:
        """From now on it runs by itself, from where it stands."""
        with self._lock:
            self._zero = time.monotonic() - self.seconds()
            self.manual = False

    def start_over(self) -> None:
        """It is the machine's time again, however far it was turned."""
        with self._lock:
            self._began, self._zero = datetime.now(UTC), time.monotonic()
            self.manual = False

    def turn_to(self, seconds: float) -> None:
        self._turned = max(self._turned, seconds)


CLOCK = Clock()
"""moto keeps its state in module-level dictionaries; the time of that state stands beside it."""
