"""What others find that want a mover on which an operation works."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from graph.model.errors import Conflict
from graph.operations.acceptance import busy, joined


def holder(kind: str) -> Any:
    return cast("Any", SimpleNamespace(id="1", kind=kind))


def test_a_deletion_is_joined_and_nothing_else() -> None:
    assert joined(holder("DELETE_MOVER")) == "1"
    for kind in ("CREATE_MOVER", "UPDATE_MOVER", "SOMETHING_NEWER"):
        with pytest.raises(Conflict):
            joined(holder(kind))


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("CREATE_MOVER", "still being created"),
        ("UPDATE_MOVER", "being changed"),
        ("DELETE_MOVER", "being deleted"),
        ("SOMETHING_NEWER", "Another operation"),
    ],
)
def test_the_error_names_the_operation(kind: str, says: str) -> None:
    assert says in busy(holder(kind)).message
