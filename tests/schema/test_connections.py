"""A cursor leads on in the list that returned it, and in no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.errors import Invalid
from graph.sandbox import Sandbox
from graph.schema.connections import (
    Listing,
    PageRequest,
    cut,
    page_of,
    page_request,
    window_of,
)
from graph.schema.ids import decode_cursor, encode_cursor
from tests.world import LAB, OTHER, ask, furnish, made, serving, tell

PAGE = "(first: 1, after: $after) { pageInfo { endCursor } }"
LISTS = {
    "groups": f'account(id: "{LAB}") {{ list: groups{PAGE} }}',
    "movers of the account": f'account(id: "{LAB}") {{ list: movers{PAGE} }}',
    "movers of another account": f'account(id: "{OTHER}") {{ list: movers{PAGE} }}',
    "movers of the group": f'account(id: "{LAB}") {{ group(name: "g") {{ list: movers{PAGE} }} }}',
    "runs": f'mover(account: "{LAB}", group: "g", name: "one") {{ list: runs{PAGE} }}',
    "operations": f"list: operations{PAGE}",
    "audit": f"list: audit{PAGE}",
}
GARBAGE = [
    "",
    "?",
    "bm9uc2Vuc2U",
    encode_cursor("operations", "nan x"),
    encode_cursor("zzz", "arn"),
]
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { errors { code } } }"


def query(name: str) -> str:
    return f"query($after: String) {{ {LISTS[name]} }}"


def list_of(data: Any) -> Any:
    """The connection, wherever it stands."""
    while "list" not in data:
        (data,) = data.values()
    return data["list"]


async def refused(client: httpx.AsyncClient, name: str, cursor: str) -> bool:
    answer = await tell(client, query(name), after=cursor)
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    return codes == {"INVALID"}


async def test_a_cursor_of_another_list_and_garbage_are_invalid(
    aws: Sandbox, tmp_path: Path
) -> None:
    for account in (LAB, OTHER):
        furnish(aws, account)
    async with serving(tmp_path) as client:
        mover = await made(client)
        await made(client, account=OTHER)
        await ask(client, START, id=mover)
        cursors = {}
        for name in LISTS:
            cursors[name] = list_of(await ask(client, query(name)))["pageInfo"]["endCursor"]
            assert cursors[name] is not None, name
        for name in LISTS:
            for other, cursor in cursors.items():
                assert await refused(client, name, cursor) == (name != other), (name, other)
            for cursor in GARBAGE:
                assert await refused(client, name, cursor), (name, cursor)


async def test_every_list_has_a_page_of_nothing_a_count_and_a_default(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    furnish(aws, OTHER)
    counts = {"groups": 1, "movers of the account": 1, "movers of another account": 0}
    counts |= {"movers of the group": 1, "runs": 1}
    page = "(first: $first, after: $after) { totalCount edges { cursor } pageInfo { hasNextPage } }"
    async with serving(tmp_path) as client:
        mover = await made(client)
        await ask(client, START, id=mover)
        for name, field in LISTS.items():
            text = field.replace(PAGE, page)
            document = f"query($first: Int, $after: String) {{ {text} }}"
            nothing = list_of(await ask(client, document, first=0))
            assert nothing["edges"] == []
            assert nothing["totalCount"] == counts.get(name)
            usual = list_of(await ask(client, document, first=None))
            assert nothing["pageInfo"]["hasNextPage"] == bool(usual["edges"])
            if name in counts:
                assert len(usual["edges"]) == counts[name]


WORDS = st.text("abc -", min_size=1, max_size=3)
PLACES = st.lists(WORDS, unique=True, max_size=8).map(sorted)


@given(PLACES, st.integers(0, 9), st.integers(0, 9), st.booleans(), st.data())
def test_a_page_is_the_slice_that_relay_specifies(
    items: list[str],
    first: int,
    last: int,
    ranked: bool,  # noqa: FBT001 - drawn
    data: st.DataObject,
) -> None:
    listing = Listing("list", items, str, str if ranked else None)
    cursors = st.none() | (st.sampled_from(items) if items else st.nothing())
    after, before = data.draw(cursors), data.draw(cursors)
    edges = [item for item in items if after is None or item > after]
    edges = [item for item in edges if before is None or item < before]
    packed = [None if each is None else encode_cursor("list", each) for each in (after, before)]
    forwards = cut(listing, PageRequest(first, packed[0], None, packed[1]))
    assert [item for _, item in forwards.items] == edges[:first]
    if None in (after, before) or after < before:  # type: ignore[operator]
        assert forwards.info.has_next_page == bool(edges[first:] or before is not None)
        assert forwards.info.has_previous_page == (after is not None)
    backwards = cut(listing, PageRequest(None, packed[0], last, packed[1]))
    assert [item for _, item in backwards.items] == edges[max(0, len(edges) - last) :]
    for page in (forwards, backwards):
        assert page.total == len(items)
        assert page.info.start_cursor == (page.items[0][0] if page.items else None)
        assert page.info.end_cursor == (page.items[-1][0] if page.items else None)


@given(PLACES, st.integers(0, 9), st.integers(0, 9), st.data())
def test_a_page_of_a_window_is_that_of_a_list_whose_items_are_counted(
    items: list[str], first: int, last: int, data: st.DataObject
) -> None:
    cursors = st.none() | (st.sampled_from(items) if items else st.nothing())
    after, before = data.draw(cursors), data.draw(cursors)
    packed = [None if each is None else encode_cursor("list", each) for each in (after, before)]
    for size in ((first, None), (None, last)):
        asked = PageRequest(size[0], packed[0], size[1], packed[1])
        window = window_of(asked, lambda cursor, name: decode_cursor("list", cursor, argument=name))
        assert (window.after, window.before) == (after, before)
        between = [
            item
            for item in items
            if (after is None or item > after) and (before is None or item < before)
        ]
        most = window.most + 1
        found = between[max(0, len(between) - most) :] if window.from_end else between[:most]
        page = page_of([(encode_cursor("list", item), item) for item in found], window)
        whole = cut(Listing("list", items, str, str), asked)
        assert page.items == whole.items
        if None in (after, before) or after < before:  # type: ignore[operator]
            assert page.info == whole.info


@pytest.mark.parametrize("size", [None, 0, 1, 25, 100])
def test_a_size_is_the_usual_one_if_it_is_null(size: int | None) -> None:
    assert page_request(size, None, usual=25).first == (25 if size is None else size)
    assert page_request(None, None, size or 7, usual=25).last == (size or 7)
    assert page_request(25, None, 7, usual=25) == PageRequest(None, None, 7)


@pytest.mark.parametrize(
    ("first", "last", "path"),
    [
        (-1, None, "first"),
        (101, None, "first"),
        (None, -1, "last"),
        (25, 101, "last"),
        (3, 3, "last"),
    ],
)
def test_a_size_out_of_bounds_is_named(first: int | None, last: int | None, path: str) -> None:
    with pytest.raises(Invalid, match=f"'{path}'") as raised:
        page_request(first, None, last, usual=25)
    assert raised.value.path == (path,)
