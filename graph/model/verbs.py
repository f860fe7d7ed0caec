"""What a caller may do with the movers that it sees."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final


class Verb(Enum):
    """One kind of change. Reading is no verb: who sees a group may read it."""

    RUN = "run"
    """Start and stop movers, and limit their runs."""
    WRITE = "write"
    """Create, change and delete movers. Includes all others."""
    CLEAN = "clean"
    """List and remove orphans."""


EVERYTHING: Final = frozenset(Verb)


def with_implied(verbs: Iterable[Verb]) -> frozenset[Verb]:
    """The verbs and those that they include, so that equal rights are equal values."""
    given = frozenset(verbs)
    return EVERYTHING if Verb.WRITE in given else given
