"""Entity tags: equal for equal contents only, and found in the conditions of clients."""

from __future__ import annotations

import pytest

from graph.transport.entity_tag import matches, tag_of


def test_a_tag_depends_on_the_content_alone() -> None:
    assert tag_of(b"one") == tag_of(b"one") != tag_of(b"other")
    assert tag_of(b"").startswith('"')


@pytest.mark.parametrize("condition", ["{}", "W/{}", '"other", {}', '{},"other"', ' W/"x" ,W/{} '])
def test_a_condition_that_lists_the_tag_matches(condition: str) -> None:
    tag = tag_of(b"content")
    assert matches(condition.format(tag), tag)


@pytest.mark.parametrize("condition", ["", '"other"', "W/x", ",", "\x7f", "*x"])
def test_any_other_condition_does_not(condition: str) -> None:
    assert not matches(condition, tag_of(b"content"))
