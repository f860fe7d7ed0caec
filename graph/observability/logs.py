"""The log on standard error: one line per event, as ``name=value`` pairs or as a JSON object."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from typing import Any, Final, Literal

LogFormat = Literal["text", "json"]

_OWN_LOGGERS: Final = ("graph", "rest_compat")
_LONGEST_TRACEBACK: Final = 16_384
"""Characters; the end is kept, as it names the exception."""


class Fields(dict[str, object]):
    """The message of an event that consists of named values, in order; None counts as absent."""

    def __str__(self) -> str:
        return pairs(**self)


class TextFormatter(logging.Formatter):
    """``name=value`` pairs, or a sentence after the first three; what would break lines is escaped.

    The traceback of an exception is the last pair of its event.
    """

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_time_of(record)} level={record.levelname} logger={record.name}"
        line = f"{head} {_in_one_line(record.getMessage())}"
        exception = _exception_of(record)
        return line if exception is None else f"{line} {pairs(exception=exception)}"


class JsonFormatter(logging.Formatter):
    """An object with time, level and logger, then the values of an event or else ``message``."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "time": _time_of(record),
            "level": record.levelname,
            "logger": record.name,
        }
        if isinstance(record.msg, Fields):
            event |= {name: value for name, value in record.msg.items() if value is not None}
        else:
            event["message"] = record.getMessage()
        exception = _exception_of(record)
        if exception is not None:
            event["exception"] = exception
        return json.dumps(event, default=str)


_FORMATTERS: Final[dict[LogFormat, type[logging.Formatter]]] = {
    "text": TextFormatter,
    "json": JsonFormatter,
}


def set_up(level: str, log_format: LogFormat = "text") -> None:
    """Sets level and format of the log. Libraries log warnings and errors only.

    At debug they would log headers: the SDK's signatures and session tokens, and callers' tokens.
    What they say at info, such as that a WebSocket was opened, the server says itself.
    """
    wanted = logging.getLevelNamesMapping()[level.upper()]
    root = max(wanted, logging.WARNING)
    logging.basicConfig(level=root, stream=sys.stderr)
    logging.getLogger().setLevel(root)
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:  # not those of a test or another program
            handler.setFormatter(_FORMATTERS[log_format]())
    for name in _OWN_LOGGERS:
        logging.getLogger(name).setLevel(wanted)
    # It logs a traceback for a refusal that callers get as an answer.
    logging.getLogger("aiobotocore.credentials").setLevel(max(wanted, logging.ERROR))
    logging.captureWarnings(capture=True)  # they would have several lines each


def adopt(library: str, least: int) -> None:
    """Routes the messages of a library to the root logger, at ``least`` or the root's level."""
    logger = logging.getLogger(library)
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(max(least, logging.getLogger().level))


def pairs(**values: object) -> str:
    """``name=value`` pairs in order, without None; values that could be misread are quoted."""
    return " ".join(
        f"{name}={_shown(value)}" for name, value in values.items() if value is not None
    )


def _shown(value: object) -> str:
    text = str(value)
    plain = text.isascii() and text.isprintable() and not set(' "=\\') & set(text)
    return text if plain and text else json.dumps(text)


def _time_of(record: logging.LogRecord) -> str:
    """In UTC, to the millisecond, in RFC 3339."""
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03}Z"


def _in_one_line(message: str) -> str:
    if message.isprintable():
        return message
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in message
    )


def _exception_of(record: logging.LogRecord) -> str | None:
    """The traceback of a record's exception."""
    info: Any = record.exc_info
    if not info or info[0] is None:
        return None
    text = "".join(traceback.format_exception(*info)).rstrip("\n")
    return text if len(text) <= _LONGEST_TRACEBACK else "..." + text[-_LONGEST_TRACEBACK:]
