"""The log: one line per event, as ``name=value``; set up once per process."""

from __future__ import annotations

import json
import logging
import sys
from typing import Final

_FORMAT: Final = "%(asctime)s level=%(levelname)s logger=%(name)s %(message)s"
_OWN_LOGGERS: Final = ("graph", "rest_compat")


def set_up(level: str) -> None:
    """Sets the level of the log. Libraries never log below info.

    At debug they would log headers: the SDK's signatures and session tokens, and callers' tokens.
    """
    wanted = logging.getLevelNamesMapping()[level.upper()]
    root = max(wanted, logging.INFO)
    logging.basicConfig(level=root, format=_FORMAT, stream=sys.stderr)
    logging.getLogger().setLevel(root)
    for name in _OWN_LOGGERS:
        logging.getLogger(name).setLevel(wanted)
    # It logs a traceback for a refusal that callers get as an answer.
    logging.getLogger("aiobotocore.credentials").setLevel(max(wanted, logging.ERROR))


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
