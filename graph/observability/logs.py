"""The log: one line an event, ``name=value``; set up once in each process."""

from __future__ import annotations

import json
import logging
import sys
from typing import Final

_FORMAT: Final = "%(asctime)s level=%(levelname)s logger=%(name)s %(message)s"
_ROOMS: Final = ("graph", "rest_compat")


def set_up(level: str) -> None:
    """Only what is written in this house is logged at debug.

    Libraries show headers there: the SDK its signatures and session tokens, the sockets' library
    the tokens of callers, the HTTP client both.
    """
    wanted = logging.getLevelNamesMapping()[level.upper()]
    root = max(wanted, logging.INFO)
    logging.basicConfig(level=root, format=_FORMAT, stream=sys.stderr)
    logging.getLogger().setLevel(root)
    for room in _ROOMS:
        logging.getLogger(room).setLevel(wanted)
    # The refusal that it logs with a traceback is an answer of ours.
    logging.getLogger("aiobotocore.credentials").setLevel(max(wanted, logging.ERROR))


def adopt(library: str, least: int) -> None:
    """What a library prints by handlers of its own goes through ours, at no level below either."""
    logger = logging.getLogger(library)
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(max(least, logging.getLogger().level))


def pairs(**values: object) -> str:
    """``name=value`` in order, without what is None; quoted where a reader could be misled."""
    return " ".join(
        f"{name}={_shown(value)}" for name, value in values.items() if value is not None
    )


def _shown(value: object) -> str:
    text = str(value)
    plain = text.isascii() and text.isprintable() and not set(' "=\\') & set(text)
    return text if plain and text else json.dumps(text)
