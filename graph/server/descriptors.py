"""Adapts the limit of open files to the number of connections, or vice versa."""

from __future__ import annotations

import logging
import resource
from typing import Final

log = logging.getLogger(__name__)

_OTHERS: Final = 1_024
"""Descriptors reserved for AWS, the store, the server itself and rejected connections."""


def affordable(connections: int) -> int:
    """Raises the soft limit of open files as far as needed; returns the connections to serve.

    A process with few descriptors reserves half of them for other purposes. Logs a warning if fewer
    connections can be served than configured.
    """
    limit = _raised_limit(connections + _OTHERS)
    served = limit - min(_OTHERS, limit // 2)
    if served < connections:
        log.warning(
            "DATASYNC_API_CONNECTIONS is %d, but the limit of %d open files is enough for %d only; "
            "raise it with ulimit -n or LimitNOFILE=",
            connections,
            limit,
            served,
        )
    return min(connections, served)


def _raised_limit(wanted: int) -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    except (OSError, ValueError):  # macOS has a lower bound of its own
        return soft
    return raised
