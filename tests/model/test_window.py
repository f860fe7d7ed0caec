"""A window that is a little larger stands at the same place."""

from __future__ import annotations

import pytest

from graph.model.window import Window


@pytest.mark.parametrize("from_end", [False, True])
@pytest.mark.parametrize("most", [0, 1, 25])
def test_one_more_item_is_of_the_same_places(most: int, *, from_end: bool) -> None:
    window = Window(most, after="a", before="z", from_end=from_end)
    assert window.and_one_more() == Window(most + 1, "a", "z", from_end)
