"""What the application sees of a request does not depend on how its bytes arrive."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.server.request_parser import MAX_HEADERS, RequestParser

HEAD_BYTES = 65_536
SECRET = b"Bearer sesame"
FIELDS = [
    b"Accept",
    b"Authorization",
    b"Connection",
    b"Content-Type",
    b"Cookie",
    b"Expect",
    b"Host",
    b"Origin",
    b"Sec-WebSocket-Protocol",
    b"Upgrade",
    b"X-Auth-Token",
    b"X-Forwarded-User",
    b"X-Request-Id",
]
METHODS = [b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"]
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
OFFERS = {
    "h2c": H2C,
    "h2c in two fields": b"Connection: keep-alive\r\nConnection: upgrade\r\nUpgrade: H2C\r\n",
    "TLS": b"Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n",
    "several": b"Upgrade: h2c, websocket\r\nConnection: Upgrade\r\n",
    "websocket beside another": b"Upgrade: websocket\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n",
    "none": b"",
}


@dataclass
class Request:
    method: bytes = b""
    url: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    keeps_alive: bool = True
    complete: bool = False


class Recorder:
    """Keeps what the parser passes on."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.url = b""
        self.parser = RequestParser(self, max_head_bytes=HEAD_BYTES)

    def feed(self, parts: Iterable[bytes]) -> list[Request]:
        for part in parts:
            self.parser.feed_data(part)
        return self.requests

    def on_message_begin(self) -> None:
        self.headers = []
        self.requests.append(Request(headers=self.headers))

    def on_url(self, url: bytes) -> None:
        self.url = self.requests[-1].url = self.requests[-1].url + url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.requests[-1].method = self.parser.get_method()

    def on_body(self, body: bytes) -> None:
        self.requests[-1].body += body

    def on_message_complete(self) -> None:
        self.requests[-1].complete = True
        self.requests[-1].keeps_alive = self.parser.should_keep_alive()


def head(method: bytes = b"POST", more: bytes = b"", version: bytes = b"1.1") -> bytes:
    return b"%s /x?y HTTP/%s\r\nHost: t\r\n%s\r\n" % (method, version, more)


def chunked(body: bytes, trailers: bytes = b"") -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body[:3], body[3:]) if each)
    return b"%s0\r\n%s\r\n" % (chunks, trailers)


def with_length(method: bytes, body: bytes, more: bytes = b"") -> bytes:
    return head(method, b"%sContent-Length: %d\r\n" % (more, len(body))) + body


def in_chunks(method: bytes, body: bytes, more: bytes = b"", trailers: bytes = b"") -> bytes:
    return head(method, more + b"Transfer-Encoding: chunked\r\n") + chunked(body, trailers)


def split(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    ends = [0, *sorted({cut % len(data) for cut in cuts}), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(ends) if end > start]


def bytewise(data: bytes) -> list[bytes]:
    return [data[n : n + 1] for n in range(len(data))]


CUTS: st.SearchStrategy[list[int]] = st.lists(st.integers(0, 10_000), max_size=6)
BODIES = st.binary(max_size=40)


@pytest.mark.parametrize("parts", [lambda data: [data], bytewise], ids=["whole", "bytes"])
@pytest.mark.parametrize("name", FIELDS)
def test_a_trailer_is_never_a_header(name: bytes, parts: Callable[[bytes], list[bytes]]) -> None:
    announced = b"Trailer: %s\r\n" % name
    for more in (b"", announced):
        plain, with_trailer = Recorder(), Recorder()
        expected = plain.feed([in_chunks(b"POST", b"{}", more)])
        trailer = b"%s: %s\r\n" % (name, SECRET)
        requests = with_trailer.feed(parts(in_chunks(b"POST", b"{}", more, trailer)))
        requests[0].keeps_alive = True  # `Connection` may end it all the same
        assert requests == expected


@given(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=5), CUTS)
def test_no_trailer_is_a_header_wherever_the_segments_end(
    names: list[bytes], cuts: list[int]
) -> None:
    names = [name for name in names if name != b"Connection"]  # ends the connection
    trailers = b"".join(b"%s: %s\r\n" % (name, SECRET) for name in names)
    data = in_chunks(b"POST", b"{}", trailers=trailers) + head(b"GET")
    first, second = Recorder().feed(split(data, cuts))
    assert (first.body, first.headers) == (
        b"{}",
        [(b"host", b"t"), (b"transfer-encoding", b"chunked")],
    )
    assert second == Request(b"GET", b"/x?y", [(b"host", b"t")], complete=True)


@pytest.mark.parametrize("name", [b"Content-Length", b"Transfer-Encoding"])
def test_a_trailer_that_would_frame_the_body_is_malformed(name: bytes) -> None:
    recorder = Recorder()
    with pytest.raises(httptools.HttpParserError):
        recorder.feed([in_chunks(b"POST", b"{}", trailers=b"%s: 3\r\n" % name)])
    assert len(recorder.requests) == 1
    assert not recorder.requests[0].complete


def test_a_connection_that_a_trailer_closes_says_so() -> None:
    (request,) = Recorder().feed([in_chunks(b"POST", b"{}", trailers=b"Connection: close\r\n")])
    assert (request.complete, request.keeps_alive) == (True, False)


@pytest.mark.parametrize("parts", [lambda data: [data], bytewise], ids=["whole", "bytes"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("form", [with_length, in_chunks])
def test_an_upgrade_that_is_not_supported_is_ignored(
    form: Callable[..., bytes], offer: str, method: bytes, parts: Callable[[bytes], list[bytes]]
) -> None:
    data = form(method, b'{"a": 1}', OFFERS[offer])
    requests = Recorder().feed(parts(data + head(b"GET", OFFERS[offer]) + data))
    assert [(each.method, each.body, each.complete) for each in requests] == [
        (method, b'{"a": 1}', True),
        (b"GET", b"", True),
        (method, b'{"a": 1}', True),
    ]
    assert {each.url for each in requests} == {b"/x?y"}


@given(
    st.lists(
        st.tuples(st.sampled_from(METHODS), st.sampled_from(list(OFFERS)), BODIES, st.booleans()),
        min_size=1,
        max_size=5,
    ),
    CUTS,
)
def test_requests_that_offer_upgrades_are_read_wherever_the_segments_end(
    sent: list[tuple[bytes, str, bytes, bool]], cuts: list[int]
) -> None:
    data = b"".join(
        (in_chunks if chunks else with_length)(method, body, OFFERS[offer])
        for method, offer, body, chunks in sent
    )
    requests = Recorder().feed(split(data, cuts))
    assert [(each.method, each.body, each.complete) for each in requests] == [
        (method, body, True) for method, _, body, _ in sent
    ]


@pytest.mark.parametrize(
    ("version", "more", "kept"),
    [(b"1.1", b"", True), (b"1.1", b", close", False), (b"1.0", b"", False)],
)
def test_an_ignored_upgrade_leaves_the_connection_as_it_would_be(
    version: bytes, more: bytes, *, kept: bool
) -> None:
    offer = b"Connection: upgrade%s\r\nUpgrade: h2c\r\n" % more
    (request,) = Recorder().feed([head(b"GET", offer, version)])
    assert (request.complete, request.keeps_alive) == (True, kept)


WEBSOCKET = b"Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"


@pytest.mark.parametrize("parts", [lambda data: [data], bytewise], ids=["whole", "bytes"])
def test_a_websocket_handshake_is_an_upgrade(parts: Callable[[bytes], list[bytes]]) -> None:
    recorder = Recorder()
    with pytest.raises(httptools.HttpParserUpgrade):
        recorder.feed(parts(head(b"GET", WEBSOCKET)))
    assert recorder.parser.should_upgrade()
    assert recorder.requests[0].complete


@pytest.mark.parametrize(
    "data",
    [
        with_length(b"POST", b"{}", WEBSOCKET),
        with_length(b"GET", b"{}", WEBSOCKET),
        in_chunks(b"GET", b"{}", WEBSOCKET),
        with_length(b"DELETE", b"{}", WEBSOCKET),
    ],
)
def test_a_websocket_handshake_has_no_body(data: bytes) -> None:
    (request,) = Recorder().feed([data])
    assert (request.body, request.complete) == (b"{}", True)


REJECTED = {
    "one field too many": (head(b"GET", b"A: b\r\n" * MAX_HEADERS), 431),
    "one trailer too many": (
        in_chunks(b"POST", b"{}", trailers=b"A: b\r\n" * (MAX_HEADERS - 1)),
        431,
    ),
    "a large field": (head(b"GET", b"A: %s\r\n" % (b"b" * HEAD_BYTES)), 431),
    "a large trailer": (
        in_chunks(b"POST", b"{}", trailers=b"A: %s\r\n" % (b"b" * HEAD_BYTES)),
        431,
    ),
    "large fields": (head(b"GET", b"A: %s\r\n" % (b"b" * 1_000) * 66), 431),
    "a large target": (b"GET /%s HTTP/1.1\r\nHost: t\r\n\r\n" % (b"a" * HEAD_BYTES), 414),
    "a long path": (b"GET /%s HTTP/1.1\r\nHost: t\r\n\r\n" % (b"a" * 32_768), 414),
    "many subprotocols": (
        head(b"GET", WEBSOCKET + b"Sec-WebSocket-Protocol: %s\r\n" % (b"a," * 513)),
        431,
    ),
    "subprotocols in many fields": (
        head(b"GET", WEBSOCKET + b"Sec-WebSocket-Protocol: aaaaaaaaaaaaaaa\r\n" * 90),
        431,
    ),
    "blank lines": (b"\r\n" * HEAD_BYTES, 431),
    "an extension of a chunk": (
        head(more=b"Transfer-Encoding: chunked\r\n") + b"1;" + b"a" * 6 * HEAD_BYTES,
        431,
    ),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (head(more=b"Host: t\r\n"), 400),
    "two hosts and an upgrade": (head(more=b"Host: t\r\n" + H2C), 400),
    "no host and an upgrade": (b"GET / HTTP/1.1\r\n%s\r\n" % H2C, 400),
    "a tunnel": (b"CONNECT t:443 HTTP/1.1\r\nHost: t\r\n\r\n", 400),
}


@pytest.mark.parametrize("size", [97, 4_096, 262_144])
@pytest.mark.parametrize("what", REJECTED)
def test_what_is_too_large_or_malformed_is_rejected(what: str, size: int) -> None:
    data, status = REJECTED[what]
    recorder = Recorder()
    with pytest.raises(httptools.HttpParserError):
        recorder.feed(data[n : n + size] for n in range(0, len(data), size))
    assert recorder.parser.rejection
    assert recorder.parser.rejection[0] == status


def test_as_many_fields_as_are_allowed_are_read() -> None:
    (request,) = Recorder().feed([head(b"GET", b"A: b\r\n" * (MAX_HEADERS - 1))])
    assert (request.complete, len(request.headers)) == (True, MAX_HEADERS)


def test_the_limits_are_those_of_one_request() -> None:
    data = head(b"GET", b"A: %s\r\n" % (b"b" * 500) * 90)
    requests = Recorder().feed([data] * 10)
    assert [each.complete for each in requests] == [True] * 10


def test_large_bodies_do_not_count() -> None:
    body = b"b" * 3 * HEAD_BYTES
    for data in (with_length(b"POST", body), in_chunks(b"POST", body)):
        parts = [data[n : n + 1_000] for n in range(0, len(data), 1_000)]
        (request,) = Recorder().feed(parts)
        assert (request.complete, request.body) == (True, body)
