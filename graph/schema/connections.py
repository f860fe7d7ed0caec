"""Pagination as specified by Relay: connections, edges, cursors."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry

from graph.model.errors import Invalid
from graph.model.window import Window
from graph.schema.arguments import MOST
from graph.schema.ids import bad_cursor, decode_cursor, encode_cursor

T = TypeVar("T")
N = TypeVar("N")
P = TypeVar("P")


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether more items follow this page. In a list whose `totalCount` is null, "
        "this is true whenever `before` is given, though all that follows may be gone."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether items precede this page. In a list whose `totalCount` is null, this "
        "is true whenever `after` is given, though all that precedes may be gone."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item, to be passed as `before` for the previous page; "
        "null if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item, to be passed as `after` for the next page; null "
        "if the page is empty."
    )


@strawberry.type(description="An item of a list together with its cursor.")
class Edge(Generic[N]):
    cursor: str = strawberry.field(
        description="An opaque cursor, to be passed as `after` or `before` to continue from this "
        "item. It is valid for the same list, order and filter."
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
    total_count: int | None = strawberry.field(
        description="The number of items on all pages together; null where counting them would "
        "cost more than the page."
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A slice of a list with the cursor of each item."""

    items: list[tuple[str, T]]
    info: PageInfo
    total: int | None = None
    """The items on all pages, where that is known."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which slice of a list is asked for. Only one of ``first`` and ``last`` is set."""

    first: int | None
    after: str | None
    last: int | None = None
    before: str | None = None

    @property
    def is_further(self) -> bool:
        """Whether it follows another page, which showed the list as it was then."""
        return bool(self.after or self.before)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list of which a page is shown."""

    of: str
    """Names it, with its order and filter: a cursor of another list is rejected."""
    items: Sequence[T]
    key: Callable[[T], str]
    """Identifies an item in cursors."""
    rank: Callable[[str], Any] | None = None
    """What ascends along the list, of a key, so that a cursor stays valid after its item is gone.
    Raises ValueError for a key that the list cannot have. None if there is no such thing."""


def name_of_list(*parts: str) -> str:
    """A short name that differs for different parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def page_request(
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
    *,
    usual: int,
) -> PageRequest:
    """The arguments of a page, whose size is ``usual`` if none is given. Raises Invalid."""
    size = usual if first is None else _checked(first, "first")
    if last is None:
        return PageRequest(size, after, None, before)
    if size != usual:  # the default may stand beside it
        raise Invalid("Give either 'first' or 'last', not both.", path=("last",))
    return PageRequest(None, after, _checked(last, "last"), before)


def cut(listing: Listing[T], asked: PageRequest) -> Page[T]:
    """One page of a list. Raises Invalid for a cursor that leads nowhere."""
    count = len(listing.items)
    low = 0 if asked.after is None else _bound(listing, asked.after, "after")
    high = count if asked.before is None else _bound(listing, asked.before, "before")
    high = max(low, high)
    if asked.first is not None:
        high = min(high, low + asked.first)
    if asked.last is not None:
        low = max(low, high - asked.last)
    items = [
        (encode_cursor(listing.of, listing.key(item)), item) for item in listing.items[low:high]
    ]
    info = PageInfo(
        has_next_page=high < count,
        has_previous_page=low > 0,
        start_cursor=items[0][0] if items else None,
        end_cursor=items[-1][0] if items else None,
    )
    return Page(items, info, count)


def window_of(asked: PageRequest, place: Callable[[str, str], P]) -> Window[P]:
    """What to read for a page of a list whose items are not counted.

    ``place``: the place of a cursor, which is the value of the named argument. Raises Invalid.
    """
    return Window(
        (asked.first or 0) if asked.last is None else asked.last,
        after=None if asked.after is None else place(asked.after, "after"),
        before=None if asked.before is None else place(asked.before, "before"),
        from_end=asked.last is not None,
    )


def page_of(found: Sequence[tuple[str, T]], window: Window[Any]) -> Page[T]:
    """The page of a window. ``found`` has one more item if the list has, each with its cursor."""
    more = len(found) > window.most
    items = list(found[more:] if window.from_end else found[: window.most])
    info = PageInfo(
        has_next_page=window.before is not None or (more and not window.from_end),
        has_previous_page=window.after is not None or (more and window.from_end),
        start_cursor=items[0][0] if items else None,
        end_cursor=items[-1][0] if items else None,
    )
    return Page(items, info)


def connection_of(page: Page[T], node: Callable[[T], N]) -> Connection[N]:
    """The page as a connection."""
    edges, nodes, page_info = edges_of(page, node)
    return Connection(edges=edges, nodes=nodes, page_info=page_info, total_count=page.total)


def edges_of(page: Page[T], node: Callable[[T], N]) -> tuple[list[Edge[N]], list[N], PageInfo]:
    """The edges, nodes and page info that a connection consists of."""
    nodes = [node(item) for _, item in page.items]
    edges = [
        Edge(cursor=cursor, node=made) for (cursor, _), made in zip(page.items, nodes, strict=True)
    ]
    return edges, nodes, page.info


def _checked(size: int, argument: str) -> int:
    if not 0 <= size <= MOST:
        raise Invalid(f"'{argument}' must be between 0 and {MOST}, not {size}.", path=(argument,))
    return size


def _bound(listing: Listing[T], cursor: str, argument: str) -> int:
    """The index of the first item after a cursor, or of the item at it for ``before``."""
    key = decode_cursor(listing.of, cursor, argument=argument)
    follows = argument == "after"
    if listing.rank is None:
        return _index_of(listing, key, argument) + follows
    rank = listing.rank
    try:
        wanted = rank(key)
    except ValueError:
        raise bad_cursor(argument) from None
    bisect = bisect_right if follows else bisect_left
    return bisect(listing.items, wanted, key=lambda item: rank(listing.key(item)))


def _index_of(listing: Listing[T], key: str, argument: str) -> int:
    for index, item in enumerate(listing.items):
        if listing.key(item) == key:
            return index
    raise Invalid(
        f"The item of the cursor '{argument}' is no longer in the list. Start again at its end or "
        "beginning.",
        path=(argument,),
    )
