"""How the sandbox's commands are ended: by Ctrl-C, or by SIGTERM, which is made into one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

_BOTH: Final = (signal.SIGINT, signal.SIGTERM)
_BY_SIGNAL: Final = 128


class Ending:
    """While it is entered, SIGTERM raises KeyboardInterrupt too. In the main thread alone."""

    def __init__(self) -> None:
        self._by = signal.SIGINT
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.getsignal(number) for number in _BOTH}
        signal.signal(signal.SIGTERM, self._terminate)
        if self._before[signal.SIGINT] is signal.SIG_IGN:  # as a shell starts what runs beside it
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return self

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def status(self) -> int:
        """The status of a process that a signal ended: 130 or 143."""
        return _BY_SIGNAL + self._by

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """What is done inside is done whole; an interruption that came meanwhile comes after it."""
        asked: list[int] = []
        before = {number: signal.getsignal(number) for number in _BOTH}
        for number in _BOTH:
            signal.signal(number, lambda given, _: asked.append(given))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if asked:
            signal.raise_signal(asked[0])

    def _terminate(self, *_: object) -> None:
        self._by = signal.SIGTERM
        signal.raise_signal(signal.SIGINT)  # asyncio makes a cancellation of it
