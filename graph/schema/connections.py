"""Connections, as Relay's specification has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

import strawberry

from graph.model.errors import Invalid
from graph.schema.ids import decode_cursor, encode_cursor

MOST: Final = 100

T = TypeVar("T")
N = TypeVar("N")

First = Annotated[int, strawberry.argument(description=f"How many, 1 to {MOST}.")]
After = Annotated[
    str | None, strawberry.argument(description="The cursor behind which the page begins.")
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more behind this page.")
    has_previous_page: bool = strawberry.field(description="Whether the page began at a cursor.")
    start_cursor: str | None = strawberry.field(description="Of the first node; null if none.")
    end_cursor: str | None = strawberry.field(
        description="Of the last node; give it as `after` for the next page. Null if there is none."
    )


@strawberry.type(description="A node and its place in the list.")
class Edge(Generic[N]):
    cursor: str = strawberry.field(description="Opaque; valid as `after`.")
    node: N = strawberry.field(description="The thing itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    edges: list[Edge[N]] = strawberry.field(description="The nodes with their cursors.")
    nodes: list[N] = strawberry.field(description="The nodes alone.")
    page_info: PageInfo = strawberry.field(description="What is before and behind this page.")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A cut of a list with the cursor of each item."""

    items: list[tuple[str, T]]
    info: PageInfo


def cut(
    items: Sequence[T], first: int, after: str | None, key: Callable[[T], str], *, ordered: bool
) -> Page[T]:
    """One page. ``ordered``: the keys ascend, so that a cursor outlives the item it was made of."""
    if not 1 <= first <= MOST:
        raise Invalid(f"first is 1 to {MOST}, not {first}", path=("first",))
    start = 0 if after is None else _behind(items, decode_cursor(after), key, ordered=ordered)
    chosen = [(encode_cursor(key(item)), item) for item in items[start : start + first]]
    info = PageInfo(
        has_next_page=start + first < len(items),
        has_previous_page=after is not None,
        start_cursor=chosen[0][0] if chosen else None,
        end_cursor=chosen[-1][0] if chosen else None,
    )
    return Page(chosen, info)


def edges_of(page: Page[T], node: Callable[[T], N]) -> tuple[list[Edge[N]], list[N], PageInfo]:
    """What a connection is made of."""
    nodes = [node(item) for _, item in page.items]
    edges = [
        Edge(cursor=cursor, node=made) for (cursor, _), made in zip(page.items, nodes, strict=True)
    ]
    return edges, nodes, page.info


def _behind(items: Sequence[T], last: str, key: Callable[[T], str], *, ordered: bool) -> int:
    for index, item in enumerate(items):
        if key(item) == last:
            return index + 1
        if ordered and key(item) > last:
            return index
    if ordered:
        return len(items)
    raise Invalid("the cursor's item is no longer in the list", path=("after",))
