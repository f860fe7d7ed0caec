"""The size of input values."""

from __future__ import annotations

from graph.transport import Limits
from tests.transport.small import code_of


async def test_values_that_nobody_uses_are_counted_too() -> None:
    assert await code_of("{ hello }", {"unused": [1] * Limits().values}) == "TOO_COSTLY"
    assert await code_of("{ hello }", {"unused": {"k" * 100: 1, "n": [[]] * 10}}) is None
