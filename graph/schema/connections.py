"""Pagination as specified by Relay: connections, edges, cursors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import strawberry

from graph.model.errors import Invalid
from graph.schema.arguments import MOST
from graph.schema.ids import decode_cursor, encode_cursor

T = TypeVar("T")
N = TypeVar("N")


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more items follow this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether items precede this page, that is, whether `after` was given."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item; null if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item, to be passed as `after` for the next page; null "
        "if the page is empty."
    )


@strawberry.type(description="An item of a list together with its cursor.")
class Edge(Generic[N]):
    cursor: str = strawberry.field(
        description="An opaque cursor, to be passed as `after` to continue after this item."
    )
    node: N = strawberry.field(description="The item at this position of the list.")


@strawberry.type(description="One page of a list, following Relay's connection specification.")
class Connection(Generic[N]):
    edges: list[Edge[N]] = strawberry.field(
        description="The items of the page, each with its cursor."
    )
    nodes: list[N] = strawberry.field(description="The items of the page without their cursors.")
    page_info: PageInfo = strawberry.field(
        description="Whether further pages exist, and the cursors that lead to them."
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A slice of a list with the cursor of each item."""

    items: list[tuple[str, T]]
    info: PageInfo


def cut(  # noqa: PLR0913 - a list, its name and order, and the two arguments of a page
    items: Sequence[T],
    first: int,
    after: str | None,
    key: Callable[[T], str],
    *,
    of: str,
    ordered: bool,
) -> Page[T]:
    """One page of ``items``.

    ``of`` names the list; a cursor of another list is rejected. ``ordered``: the keys ascend, so
    that a cursor stays valid after its item is gone. Raises Invalid for a page size out of range,
    or a cursor that leads nowhere.
    """
    check_size(first)
    start = (
        0 if after is None else _index_after(items, decode_cursor(of, after), key, ordered=ordered)
    )
    chosen = [(encode_cursor(of, key(item)), item) for item in items[start : start + first + 1]]
    return page_of(chosen, first, after)


def check_size(first: int) -> None:
    """Raises Invalid unless a page may have so many items."""
    if not 1 <= first <= MOST:
        raise Invalid(f"'first' must be between 1 and {MOST}, not {first}.", path=("first",))


def page_of(found: Sequence[tuple[str, T]], first: int, after: str | None) -> Page[T]:
    """The page at the beginning of ``found``, which holds one more item if there is a next page.

    Each item comes with its cursor.
    """
    items = list(found[:first])
    info = PageInfo(
        has_next_page=len(found) > first,
        has_previous_page=after is not None,
        start_cursor=items[0][0] if items else None,
        end_cursor=items[-1][0] if items else None,
    )
    return Page(items, info)


def connection_of(page: Page[T], node: Callable[[T], N]) -> Connection[N]:
    """The page as a connection."""
    edges, nodes, page_info = edges_of(page, node)
    return Connection(edges=edges, nodes=nodes, page_info=page_info)


def edges_of(page: Page[T], node: Callable[[T], N]) -> tuple[list[Edge[N]], list[N], PageInfo]:
    """The edges, nodes and page info that a connection consists of."""
    nodes = [node(item) for _, item in page.items]
    edges = [
        Edge(cursor=cursor, node=made) for (cursor, _), made in zip(page.items, nodes, strict=True)
    ]
    return edges, nodes, page.info


def _index_after(items: Sequence[T], last: str, key: Callable[[T], str], *, ordered: bool) -> int:
    for index, item in enumerate(items):
        if key(item) == last:
            return index + 1
        if ordered and key(item) > last:
            return index
    if ordered:
        return len(items)
    raise Invalid(
        "The item of this cursor is no longer in the list. Start again at the first page.",
        path=("after",),
    )
