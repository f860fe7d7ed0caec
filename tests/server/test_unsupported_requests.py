"""Requests in another version of HTTP or another transfer coding are rejected by their head."""

from __future__ import annotations

from collections.abc import Callable

import httptools
import pytest

from tests.server.test_request_parser import OFFERS, Recorder, bytewise, chunked, head

CODINGS = {
    b"gzip, chunked": 501,
    b"GZip,Chunked": 501,
    b"x-gzip\t,\tchunked": 501,
    b"identity, chunked": 501,
    b"deflate, br, chunked": 501,
    b"unheard-of;q=1, chunked": 501,
    b"gzip\r\nTransfer-Encoding: chunked": 501,
    b"gzip\r\nTransfer-Encoding: br\r\ntransfer-encoding: CHUNKED": 501,
    b"gzip": 400,
    b"identity": 400,
    b"chunked, gzip": 400,
    b"chunked, chunked": 400,
    b"chunked, identity": 400,
    b"chunked;a=b": 400,
    b"gzip chunked": 400,
    b"xchunked": 400,
    b'"chunked"': 400,
    b",": 400,
    b"": 400,
    b"chunked\r\nTransfer-Encoding: gzip": 400,
    b"chunked\r\nTransfer-Encoding: chunked": 400,
    b"chunked\r\nContent-Length: 3": 400,
    b"gzip, chunked\r\nContent-Length: 3": 400,
}
"""Values of ``Transfer-Encoding``, and how a request with each is rejected."""


@pytest.mark.parametrize("parts", [lambda data: [data], bytewise], ids=["whole", "bytes"])
@pytest.mark.parametrize("offer", ["none", "h2c"])
@pytest.mark.parametrize("method", [b"POST", b"DELETE"])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_transfer_coding_besides_chunked_never_reaches_the_application(
    coding: bytes, method: bytes, offer: str, parts: Callable[[bytes], list[bytes]]
) -> None:
    recorder = Recorder()
    data = head(method, OFFERS[offer] + b"Transfer-Encoding: %s\r\n" % coding)
    with pytest.raises(httptools.HttpParserError):
        recorder.feed(parts(data + chunked(b"{}")))
    status, _ = recorder.parser.rejection or (400, "")
    assert status == CODINGS[coding]
    assert recorder.requests[0].method == b"", "the head was passed on"


@pytest.mark.parametrize("coding", [b"chunked", b"CHUNKED", b"\tchunked ", b", chunked"])
def test_the_chunked_coding_is_read_however_it_is_written(coding: bytes) -> None:
    data = head(b"POST", b"Transfer-Encoding: %s\r\n" % coding) + chunked(b"{}")
    (request,) = Recorder().feed([data])
    assert (request.body, request.complete) == (b"{}", True)


@pytest.mark.parametrize("coding", [b"chunked", b"gzip, chunked", b"gzip"])
def test_http_1_0_has_no_transfer_coding(coding: bytes) -> None:
    data = head(b"POST", b"Transfer-Encoding: %s\r\n" % coding, b"1.0") + chunked(b"{}")
    recorder = Recorder()
    with pytest.raises(httptools.HttpParserError):
        recorder.feed([data])
    assert recorder.parser.rejection
    assert recorder.parser.rejection[0] == 400
    assert recorder.requests[0].method == b""


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head(b"GET", version=b"2.0"), 505),
        (head(version=b"2.0", more=b"Transfer-Encoding: gzip\r\n"), 505),
        (b"GET /x\r\n\r\n", 505),
        (head(b"GET", version=b"1.2"), 400),
        (head(b"GET", version=b"3.0"), 400),
        (head(b"GET", version=b"1"), 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ],
)
def test_another_version_of_http_is_rejected(data: bytes, status: int) -> None:
    recorder = Recorder()
    with pytest.raises(httptools.HttpParserError):
        recorder.feed([data])
    assert (recorder.parser.rejection or (400, ""))[0] == status
