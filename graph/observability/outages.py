"""Logs an outage in two lines: its cause when it begins, and its length when it ends."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

QUIET_SECONDS: Final = 10.0
"""An outage that begins sooner after the last line is not logged unless it lasts: a dependency that
comes and goes must not flood the log."""
_SHOWN: Final = 300


class Outage:
    """One per dependency. May be used from several threads."""

    def __init__(
        self,
        log: logging.Logger,
        dependency: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        begins: str = "does not answer",
        ends: str = "answers again",
    ) -> None:
        """``dependency`` is the subject of the sentences in the log, such as "the store"."""
        self._log, self._dependency, self._clock = log, dependency, clock
        self._begins, self._ends = begins, ends
        self._lock = threading.Lock()
        self._cause: str | None = None
        self._since = 0.0
        self._logged: bool = False
        self._quiet_until = float("-inf")

    @property
    def cause(self) -> str | None:
        """Why the dependency failed last; None while it works."""
        return self._cause

    def failed(self, cause: str, error: Exception | None = None) -> None:
        """To be called at each failure. ``cause`` must not hold secrets.

        The traceback of ``error`` is logged with the beginning of the outage.
        """
        with self._lock:
            now = self._clock()
            if self._cause is None:
                self._since = now
            self._cause = " ".join(cause.split())[:_SHOWN]
            if not self._logged and now >= self._quiet_until:
                self._logged = True
                self._log.error(
                    "%s %s: %s", self._dependency, self._begins, self._cause, exc_info=error
                )

    def succeeded(self) -> None:
        """To be called at each success."""
        if self._cause is None:  # in nearly all cases, without the lock
            return
        with self._lock:
            self._cause, now = None, self._clock()
            if self._logged:
                self._logged = False
                self._quiet_until = now + QUIET_SECONDS
                lasted = now - self._since
                self._log.warning("%s %s after %.1f s", self._dependency, self._ends, lasted)
