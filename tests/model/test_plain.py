"""Marks of what can be evaluated without a call."""

from __future__ import annotations

from graph.model.plain import Unchanged, unchanged, unchanged_by


def test_a_serializer_tells_what_it_leaves_unchanged() -> None:
    @unchanged(int, -1, 1)
    def small(value: object) -> object:
        return value

    assert unchanged_by(small) == Unchanged(int, -1, 1)
    assert unchanged_by(str) is None
    assert small(7) == 7
