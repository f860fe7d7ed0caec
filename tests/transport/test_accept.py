"""What the Accept header decides, and how little it takes to read it."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.transport.accept import (
    GRAPHQL,
    JSON,
    MULTIPART,
    SSE,
    accepts_gzip,
    prefers_html,
    read_accept,
)
from tests.transport.cpu import longest_step
from tests.transport.small import app

APOLLO = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'


@pytest.mark.parametrize(
    ("header", "media", "stream"),
    [
        (None, JSON, None),
        ("", JSON, None),
        ("*/*", JSON, None),
        ("application/*", JSON, None),
        ("application/json", JSON, None),
        (GRAPHQL, GRAPHQL, None),
        (GRAPHQL.upper(), GRAPHQL, None),
        (f"{GRAPHQL}, {JSON}", GRAPHQL, None),
        (f"{JSON}, {GRAPHQL}", JSON, None),
        (f"{JSON};q=0.4, {GRAPHQL};q=0.5", GRAPHQL, None),
        (f"{JSON};q=0.5, {GRAPHQL};q=0.4", JSON, None),
        (f"{GRAPHQL};q=0, */*", JSON, None),
        (f"*/*, {JSON};q=0", GRAPHQL, None),
        (f"*/*;q=0.1, {GRAPHQL};q=0.2", GRAPHQL, None),
        (f"application/*;q=0, {GRAPHQL}", GRAPHQL, None),
        (f"{JSON};q=0", None, None),
        ("*/*;q=0", None, None),
        ("image/png, text/html", None, None),
        ("text/html, application/json", JSON, None),
        (f"{JSON};q=nonsense", None, None),
        (f"{JSON};q=nan", None, None),
        ("text/event-stream", None, SSE),
        (f"text/event-stream, {JSON}", JSON, SSE),
        (f"{JSON}, text/event-stream", JSON, None),
        (f"{JSON};q=0.9, text/event-stream", JSON, SSE),
        ("text/event-stream;q=0", None, None),
        (f"{APOLLO}, {JSON}", JSON, MULTIPART),
        (f"{JSON}, {APOLLO}", JSON, None),
        ("multipart/mixed", None, None),
        ("multipart/mixed;deferSpec=20220824", None, None),
        (", ".join(["text/plain"] * 31 + [JSON]), JSON, None),
        (", ".join(["text/plain"] * 32 + [JSON]), None, None),
    ],
)
def test_the_header_decides(header: str | None, media: str | None, stream: str | None) -> None:
    wanted = read_accept(header)
    assert (wanted.media, wanted.stream) == (media, stream)
    assert wanted.anything == bool(media or stream)


@pytest.mark.parametrize(
    ("header", "last_resort"),
    [
        (None, None),
        ("*/*", None),
        (JSON, None),
        ("multipart/mixed", None),
        ("text/event-stream", SSE),
        (APOLLO, MULTIPART),
        (f"{JSON}, text/event-stream", SSE),
        (f"{JSON}, text/event-stream;q=0.1", SSE),
        (f"{JSON}, text/event-stream;q=0", None),
        (f"{GRAPHQL}, {JSON}, text/event-stream, multipart/mixed", SSE),
        (f"{JSON}, {APOLLO}, text/event-stream", MULTIPART),
        (f"{JSON}, {APOLLO};q=0.1, text/event-stream;q=0.2", SSE),
        (f"{JSON}, text/event-stream;q=nan, {APOLLO};q=0.1", MULTIPART),
    ],
)
def test_the_best_stream_is_the_last_resort(header: str | None, last_resort: str | None) -> None:
    assert read_accept(header).last_resort == last_resort


FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)


@pytest.mark.parametrize(
    "header",
    [
        FIREFOX,
        CHROME,
        "text/html",
        "TEXT/HTML;q=0.1",
        f"text/html, {JSON}",
        "*/*;q=0.9, text/html",
    ],
)
def test_a_browser_prefers_html(header: str) -> None:
    assert prefers_html(header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "*/*",
        "text/*",
        "*/*, text/html",
        f"{JSON}, text/html",
        f"{GRAPHQL}, text/html",
        "application/*, text/html",
        f"text/html;q=0.5, {JSON}",
        "text/event-stream, text/html",
        f"{APOLLO}, text/html",
        "text/html;q=0",
        "text/html;q=nan",
        "text/htmlx",
    ],
)
def test_a_client_that_prefers_a_graphql_format_gets_no_html(header: str | None) -> None:
    assert not prefers_html(header)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("br, identity", False),
        ("*;q=0", False),
    ],
)
def test_gzip_is_used_where_it_is_accepted(header: str | None, expected: bool) -> None:  # noqa: FBT001
    assert accepts_gzip(header) is expected


@given(st.text(alphabet='aq=0.5,; /*"x+-json', max_size=200))
def test_any_text_is_read(header: str) -> None:
    assert read_accept(header).media in (JSON, GRAPHQL, None)


PIECES = [b"a,", b"a;", b",", b";", b"q=", b"a;q=1,", b'"', b"a=b; ", b"*/*,", b"a/b;q=0.5,"]
PARSED = ["accept", "content-type", "cookie", "origin", "x-token", "content-length"]


@pytest.mark.parametrize("piece", PIECES, ids=repr)
@pytest.mark.parametrize("name", PARSED)
@pytest.mark.parametrize("token", [b"UNAUTHENTICATED", b"known"])
async def test_no_header_is_expensive(name: str, piece: bytes, token: bytes) -> None:
    """Each with 64 kB. The goal is 2 ms of CPU if the caller is refused; the bound is looser."""
    value = piece * (65_536 // len(piece))
    given = {b"content-type": b"application/json", b"x-token": token, name.encode(): value}
    headers = list(given.items())
    best = 1e9
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url="http://t") as http:
        request = http.build_request("POST", "/", content=b"{}", headers=headers)
        await http.send(request)
        for _ in range(5):
            took, response = await longest_step(http.send(request))
            best = min(best, took)
    assert response.status_code in (200, 400, 401, 406, 413, 415)
    assert best < 0.01
