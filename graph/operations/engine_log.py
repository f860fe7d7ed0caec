"""Keeps the engine's log short: an outage of the store is logged once, and so are repetitions."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cachetools import TTLCache

from graph.observability.outages import Outage

_LOGGER: Final = "dbos"
_LOST: Final = re.compile(
    r"\b(OperationalError|InterfaceError|InternalError|AdminShutdown|QueuePool limit|"
    r"connection (is |has been )?(lost|closed|failed|refused|timeout|bad)|"
    r"(closed|terminating) (the )?connection|consuming input failed|Database connection failed|"
    r"could not (connect|translate|receive|send)|database system is|too many clients|"
    r"remaining connection slots|timeout expired)\b[^\n]*",
    re.IGNORECASE,
)
"""Names and words in the engine's messages that mean its database cannot be reached."""
_TRACEBACK: Final = "Traceback (most recent call last):"
_QUIET_SECONDS: Final = 60.0
"""Between two equal records."""
_REMEMBERED: Final = 200
_SHOWN: Final = 500


@contextmanager
def shortened_log(outage: Outage) -> Iterator[None]:
    """Filters the engine's log while the block runs."""
    engine_log = EngineLog(outage)
    logging.getLogger(_LOGGER).addFilter(engine_log)
    try:
        yield
    finally:
        logging.getLogger(_LOGGER).removeFilter(engine_log)


class EngineLog(logging.Filter):
    """For the engine's logger. Its database is the store, whose outages the store logs.

    The engine retries by itself, on several threads and with a traceback each time.
    """

    def __init__(self, outage: Outage, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._outage = outage
        self._recent: TTLCache[str, bool] = TTLCache(_REMEMBERED, _QUIET_SECONDS, clock)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be logged; its message is shortened to one line."""
        text = _in_one_line(record.getMessage())
        error = record.exc_info[1] if record.exc_info else None
        told = f"{text} {type(error).__name__}: {error}" if error else text
        lost = _LOST.search(told)
        if lost is not None:
            self._outage.failed(lost[0])
            return False
        record.msg, record.args = text, ()
        if told in self._recent:
            return False
        self._recent[told] = True
        return True


def _in_one_line(text: str) -> str:
    """Of a traceback in the text, only the first line of the exception at its end."""
    head, found, _ = text.partition(_TRACEBACK)
    if found:
        trace = text.rpartition(_TRACEBACK)[2].splitlines()
        head += next((line for line in trace if line and not line[0].isspace()), "")
    return " ".join(head.split())[:_SHOWN]
