"""Terminates the sandbox commands: SIGTERM acts like Ctrl-C, and clean-up is not interrupted."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

_BOTH: Final = (signal.SIGINT, signal.SIGTERM)
_BY_SIGNAL: Final = 128


class Termination:
    """A context in which SIGTERM raises KeyboardInterrupt too. For the main thread only."""

    def __init__(self) -> None:
        self._by = signal.SIGINT
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.getsignal(number) for number in _BOTH}
        signal.signal(signal.SIGTERM, self._terminate)
        # A shell starts background jobs with SIGINT ignored.
        if self._before[signal.SIGINT] is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return self

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def status(self) -> int:
        """The exit status that shells expect of an interrupted process: 130 or 143."""
        return _BY_SIGNAL + self._by

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Delays signals: one that arrives inside the block takes effect after it."""
        received: list[int] = []
        before = {number: signal.getsignal(number) for number in _BOTH}
        for number in _BOTH:
            signal.signal(number, lambda given, _: received.append(given))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if received:
            signal.raise_signal(received[0])

    def _terminate(self, *_: object) -> None:
        self._by = signal.SIGTERM
        signal.raise_signal(signal.SIGINT)  # asyncio turns it into a cancellation
