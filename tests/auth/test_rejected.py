"""A rejection tells its reason to the log, and the same to everybody else."""

from __future__ import annotations

from graph.auth.rejected import Kind, Rejected
from graph.model.errors import Unauthenticated


def test_the_message_is_the_same_whatever_the_reason() -> None:
    first = Rejected(Kind.UNKNOWN, "the token matches no key")
    second = Rejected(Kind.MISSING, "there is no token")
    assert isinstance(first, Unauthenticated)
    assert (first.message, first.code) == (second.message, second.code)
    assert first.reason not in str(first)
    assert first.reason != second.reason
