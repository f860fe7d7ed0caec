"""Which pages may open a socket: those of the server, and those of the setting."""

from __future__ import annotations

import pytest

from graph.transport.origin import may_connect, read_origins
from tests.transport.small import app
from tests.transport.wire import Socket

HOST = (b"host", b"api.example.com")


@pytest.mark.parametrize(
    ("origin", "more", "opens"),
    [
        (None, (), True),
        (b"https://api.example.com", (HOST,), True),
        (b"http://api.example.com:80", (HOST,), True),
        (b"https://api.example.com:444", (HOST,), False),
        (b"https://page.example.com", (HOST,), True),
        (b"https://PAGE.example.com:443", (HOST,), True),
        (b"http://page.example.com", (HOST,), False),
        (b"https://evil.example.com", (HOST,), False),
        (b"https://evil.example.com", (HOST, (b"sec-fetch-site", b"cross-site")), False),
        (b"https://rewritten.example.com", (HOST, (b"sec-fetch-site", b"same-origin")), True),
        (b"null", (HOST,), False),
        (b"https://[", (HOST,), False),
        (b"https://page.example.com" + b"/" * 65_000, (HOST,), False),
        (b"", (HOST,), False),
        (b"https://page.example.com", (), True),
        (b"https://api.example.com", (), False),
    ],
)
async def test_the_origin_of_a_page_decides_whether_it_may_open_a_socket(
    origin: bytes | None,
    more: tuple[tuple[bytes, bytes], ...],
    opens: bool,  # noqa: FBT001
) -> None:
    served = app(origins=("https://page.example.com",))
    headers = [*more, *([(b"origin", origin)] if origin is not None else [])]
    async with Socket(served, headers=headers) as wire:
        await wire.until(lambda: bool(wire.sent))
        assert wire.sent[0]["type"] == ("websocket.accept" if opens else "websocket.close")
    async with Socket(app(origins=("*",)), headers=headers) as anybody:
        await anybody.until(lambda: bool(anybody.sent))
        assert anybody.sent[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("wrong", ["page.example.com", "https://a/b", "https://[", ""])
def test_what_is_not_an_origin_is_not_accepted_as_a_setting(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        app(origins=(wrong,))


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://a.example", ("https", "a.example", 443)),
        ("http://A.example/", ("http", "a.example", 80)),
        (" https://a.example:8443 ", ("https", "a.example", 8443)),
        ("http://[::1]:3000", ("http", "::1", 3000)),
        ("app://a", ("app", "a", None)),
    ],
)
def test_an_origin_is_its_scheme_host_and_port(
    given: str, origin: tuple[str, str, int | None]
) -> None:
    assert read_origins([given]) == frozenset({origin})
    assert may_connect({"origin": given}, frozenset({origin}))
    assert not may_connect({"origin": given}, frozenset())


def test_a_star_among_the_origins_allows_all() -> None:
    assert read_origins(["https://a.example", "*"]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "https://a?b",
        "https://a#b",
        "https://user@a",
        "https://a:99999",
        "//a",
        "https://" + "a" * 600,
    ],
)
def test_more_or_less_than_an_origin_is_rejected(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        read_origins([wrong])
    assert not may_connect({"origin": wrong, "host": "a"}, frozenset({("https", "a", 443)}))
