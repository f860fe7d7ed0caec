"""Clients that are slow, stall, never end or send too much, on raw sockets to a real server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.rest.conftest import MOVERS, ROOT, RestApi
from tests.world import TOKEN

REQUEST_SECONDS = "0.6"
"""How patient the server of this module is."""
PING = f"GET {ROOT}/ping HTTP/1.1\r\nHost: x\r\n\r\n".encode()
TEXTS = {
    400: "Invalid HTTP request received.",
    408: "The request did not arrive in time.\n",
    414: "The URL of the request is too long.\n",
    431: "The head of the request is too large.\n",
}
"""What is answered before anyone looks at the path."""
HANDSHAKE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
POST = (
    f"POST {MOVERS}/g HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {TOKEN}\r\nContent-Length: 100\r\n\r\n"
).encode()
CHUNKED = POST.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked")
DRIBBLES = {
    "a request line": b"GET /v1/data",
    "a head": PING[:-2],
    "a header": PING[:-4] + b"\r\nX-A: b",
    "a body": POST + b"{",
    "no body at all": POST,
    "a chunk": CHUNKED + b"5\r\n{",
    "chunks without an end": CHUNKED + b"1\r\n{\r\n",
    "a body for GraphQL": POST.replace(f"{MOVERS}/g".encode(), b"/graphql").replace(
        b"Host: x", b"Host: x\r\nContent-Type: application/json"
    ),
}
REFUSED = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "an unknown version": (b"GET / HTTP/9.9\r\n\r\n", 400),
    "no host": (PING.replace(b"Host: x\r\n", b""), 400),
    "two hosts": (PING.replace(b"Host: x", b"Host: x\r\nhost: x"), 400),
    "two lengths": (POST.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"), 400),
    "length and chunks": (
        POST.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
        400,
    ),
    "a length below zero": (POST.replace(b"100", b"-1"), 400),
    "a length that is none": (POST.replace(b"100", b"abc"), 400),
    "a size of a chunk that is none": (CHUNKED + b"xyz\r\n", 400),
    "a long request line": (b"GET /" + b"a" * 300_000, 414),
    "a long header": (PING[:-2] + b"X-A: " + b"a" * 300_000, 431),
    "a long header with an end": (PING[:-2] + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n", 431),
    "many headers": (PING[:-2] + b"X-A: b\r\n" * 20_000 + b"\r\n", 431),
    "blank lines": (b"\r\n" * 100_000, 431),
}


@contextmanager
def connected(rest_api: RestApi) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", rest_api.server.port), timeout=20) as sock:
        yield sock


def heard(sock: socket.socket) -> str:
    """All that comes until the server closes."""
    parts = []
    try:
        while part := sock.recv(65_536):
            parts.append(part)
    except ConnectionResetError:  # it closed while we were still sending
        parts.append(b"")
    return b"".join(parts).decode()


@pytest.mark.parametrize("what", DRIBBLES)
def test_a_request_that_does_not_come_whole_ends_in_408(rest_api: RestApi, what: str) -> None:
    with connected(rest_api) as sock:
        sock.sendall(DRIBBLES[what])
        answer = heard(sock)
    assert answer.startswith("HTTP/1.1 408 "), answer
    assert answer.endswith(f"\r\n\r\n{TEXTS[408]}")
    assert "connection: close\r\n" in answer
    assert "x-request-id: " in answer


def test_bytes_that_keep_coming_do_not_lengthen_the_time(rest_api: RestApi) -> None:
    with connected(rest_api) as sock:
        sock.sendall(PING[:-2])
        sock.settimeout(0.05)
        answer = b""
        for _ in range(400):  # 20 s, if nobody ends it
            try:
                sock.sendall(b"X-A: b\r\n")
                answer += sock.recv(65_536)
            except TimeoutError:
                continue
            except OSError:
                break
            if answer:
                break
        assert answer.startswith(b"HTTP/1.1 408 "), answer


def test_a_connection_that_says_nothing_is_closed_without_a_word(rest_api: RestApi) -> None:
    with connected(rest_api) as sock:
        assert heard(sock) == ""


def test_a_connection_that_is_kept_may_wait_longer_than_a_request(rest_api: RestApi) -> None:
    with connected(rest_api) as silent, connected(rest_api) as kept:
        answers = kept.makefile("rb")
        for _ in range(2):
            kept.sendall(PING)
            lines = list(iter(answers.readline, b"\r\n"))
            assert lines[0] == b"HTTP/1.1 200 OK\r\n"
            assert answers.read(4) == b"pong"
            heard(silent)  # as long as a request may take
        answers.close()


def test_a_request_that_dribbles_on_a_kept_connection_ends_too(rest_api: RestApi) -> None:
    with connected(rest_api) as sock:
        sock.sendall(PING + PING[:20])
        assert "pongHTTP/1.1 408 " in heard(sock)


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_request_or_too_much_is_refused(rest_api: RestApi, what: str) -> None:
    sent, status = REFUSED[what]
    with connected(rest_api) as sock:
        with suppress(OSError):  # refused before it was all sent: what follows says with what
            sock.sendall(sent)
        answer = heard(sock)
    if answer or status not in (414, 431):
        assert answer.startswith(f"HTTP/1.1 {status} "), answer
        assert answer.endswith(f"\r\n\r\n{TEXTS[status]}"), answer


def test_an_old_client_need_not_name_its_host(rest_api: RestApi) -> None:
    with connected(rest_api) as sock:
        sock.sendall(f"GET {ROOT}/ping HTTP/1.0\r\n\r\n".encode())
        assert heard(sock).endswith("pong")


@pytest.mark.parametrize("path", [f"{ROOT}/ping", f"{ROOT}/flywheel", "/healthz", "/nowhere"])
def test_a_socket_is_refused_where_none_is_served(rest_api: RestApi, path: str) -> None:
    with connected(rest_api) as sock:
        sock.sendall(PING.replace(f"{ROOT}/ping".encode(), path.encode())[:-2] + HANDSHAKE)
        answer = heard(sock)
    assert answer.startswith("HTTP/1.1 403 "), answer


def test_requests_one_behind_the_other_are_answered_in_order(rest_api: RestApi) -> None:
    big = b" " * 150_000
    post = POST.replace(b"100", b"150000") + big
    last = PING.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with connected(rest_api) as sock:
        sock.sendall(post + PING + post + last)
        answer = heard(sock)
    assert [part[:3] for part in answer.split("HTTP/1.1 ")[1:]] == ["400", "200", "400", "200"]
    assert answer.endswith("pong")


def test_a_body_is_asked_for_where_the_client_waits_for_leave(rest_api: RestApi) -> None:
    with connected(rest_api) as sock:
        head = POST.replace(b"Host: x", b"Host: x\r\nExpect: 100-continue\r\nConnection: close")
        sock.sendall(head.replace(b"100\r\n", b"2\r\n"))
        assert sock.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"{}")
        assert heard(sock).endswith("Name is a required field")


def test_a_body_that_is_too_large_by_its_header_is_not_waited_for(rest_api: RestApi) -> None:
    with connected(rest_api) as sock:
        sock.sendall(POST.replace(b"100", b"1048577"))
        answer = heard(sock)
    assert answer.startswith("HTTP/1.1 413 ")
    assert "connection: close" in answer


def test_a_body_that_is_too_large_in_chunks_is_cut(rest_api: RestApi) -> None:
    with connected(rest_api) as sock:
        sock.sendall(CHUNKED + b"100001\r\n" + b" " * 0x100001 + b"\r\n")
        assert heard(sock).startswith("HTTP/1.1 413 ")


def test_many_who_dribble_keep_nobody_else_out(rest_api: RestApi) -> None:
    socks = [socket.create_connection(("127.0.0.1", rest_api.server.port)) for _ in range(200)]
    try:
        for sock in socks:
            sock.sendall(POST + b"{")
        assert rest_api.http.get(f"{ROOT}/ping").text == "pong"
        for sock in socks:
            sock.settimeout(20)
            assert heard(sock).startswith("HTTP/1.1 408 ")
    finally:
        for sock in socks:
            sock.close()
