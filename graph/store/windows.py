"""Parts of lists whose newest rows come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from graph.model.window import Window

P = TypeVar("P")
T = TypeVar("T")


def newest_first(
    chosen: sa.Select[Any],
    columns: Sequence[sa.Column[Any]],
    window: Window[P],
    values: Callable[[P], tuple[Any, ...]],
) -> sa.Select[Any]:
    """The rows of a window, in the order of ``in_order``.

    ``values``: those that the columns, which tell rows apart and sort them, have at a place.
    """
    place = sa.tuple_(*columns)
    if window.after is not None:
        chosen = chosen.where(place < sa.tuple_(*values(window.after)))
    if window.before is not None:
        chosen = chosen.where(place > sa.tuple_(*values(window.before)))
    order = [column.asc() if window.from_end else column.desc() for column in columns]
    return chosen.order_by(*order).limit(window.most)


def in_order(rows: Sequence[T], window: Window[Any]) -> list[T]:
    """The rows of a window, newest first."""
    return list(rows[::-1] if window.from_end else rows)
