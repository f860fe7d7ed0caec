"""The size of input values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.transport import QueryLimits
from graph.transport.execution.values import CHARACTERS, size_of
from tests.transport.small import code_of


async def test_values_that_nobody_uses_are_counted_too() -> None:
    assert await code_of("{ hello }", {"unused": [1] * QueryLimits().values}) == "TOO_COSTLY"
    assert await code_of("{ hello }", {"unused": {"k" * 100: 1, "n": [[]] * 10}}) is None


TEXTS = st.builds(str.__mul__, st.text(min_size=1, max_size=5), st.integers(0, 150))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)


def counted(value: Any) -> int:
    """The same by recursion, without a limit."""
    if isinstance(value, str):
        return 1 + len(value) // CHARACTERS
    if isinstance(value, dict):
        keys = sum(map(len, value)) // CHARACTERS
        return 1 + keys + sum(map(counted, value.values()))
    return 1 + sum(map(counted, value)) if isinstance(value, list) else 1


@given(JSON, st.integers(0, 40))
def test_the_size_is_exact_up_to_the_limit_and_beyond_it_elsewhere(value: Any, most: int) -> None:
    size, exact = size_of(value, most), counted(value)
    if exact <= most:
        assert size == exact
    else:
        assert most < size <= exact


class Unread(list[Any]):
    """Fails the test that looks at its items."""

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("the items were read")


@pytest.mark.parametrize("wrapped", [0, 1, 50])
def test_the_items_of_a_list_that_is_too_long_are_not_read(wrapped: int) -> None:
    value: Any = Unread([0] * 101)
    for _ in range(wrapped):
        value = [value]
    assert size_of(value, 100) > 100


def test_values_may_nest_as_deeply_as_they_like() -> None:
    value: Any = []
    for _ in range(50_000):
        value = [value]
    assert size_of(value, 10**6) == 50_001
    assert size_of(value, 10) == 11
