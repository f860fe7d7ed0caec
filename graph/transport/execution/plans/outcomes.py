"""What a plan cannot do: at all, or for one value."""

from __future__ import annotations

from typing import Literal

Reason = Literal["null", "class", "list", "value", "variable", "large", "load", "error"]
"""Why a value was left to graphql-core: a null in a non-null position, an object of another class,
no list or tuple, a leaf that cannot be represented, a variable that a directive or an argument
does not accept, a value with too much in it, an exception of a resolver that loads, or of another
resolver or serializer."""


class Unsupported(Exception):
    """A selection that cannot be compiled."""


class TooLarge(Exception):
    """A selection that would take too long to compile."""


class Fallback(Exception):
    """A value that a plan does not complete, so that graphql-core has to."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def reason_of(error: Exception) -> Reason:
    """The reason why a plan raised an error."""
    return error.reason if isinstance(error, Fallback) else "error"
