"""Requests as clients and attackers really send them, byte by byte, to the real server."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.rest.conftest import MOVERS, ROOT, RestApi
from tests.world import TOKEN

QUERY = b'{"query": "{ viewer { name } }"}'
PING = f"GET {ROOT}/ping HTTP/1.1\r\nHost: x\r\n\r\n".encode()
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
CREDENTIALS = {
    "token": f"X-Auth-Token: {TOKEN}\r\n".encode(),
    "token beside a user": f"X-Forwarded-User: ann\r\nx-auth-token: {TOKEN}\r\n".encode(),
    "bearer": b"Authorization: Bearer sesame\r\n",
}


def answered(rest_api: RestApi, parts: Sequence[bytes]) -> str:
    """Sends each part in a segment of its own; returns all that comes until the server closes."""
    with (
        socket.create_connection(("127.0.0.1", rest_api.server.port), timeout=20) as sock,
        socket.create_connection(("127.0.0.1", rest_api.server.port), timeout=20) as other,
    ):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pongs = other.makefile("rb")
        for part in parts:
            sock.sendall(part)
            other.sendall(PING)  # once it is answered, the server has read what came before
            while not pongs.readline().startswith(b"\r\n"):
                pass
            assert pongs.read(4) == b"pong"
        received = []
        while data := sock.recv(65_536):
            received.append(data)
        pongs.close()
    return b"".join(received).decode()


def statuses(answers: str) -> list[str]:
    return [answer[:3] for answer in answers.split("HTTP/1.1 ")[1:]]


def whole(data: bytes) -> list[bytes]:
    return [data]


def in_three(data: bytes) -> list[bytes]:
    """Cuts off the head, and the last line with what follows it."""
    head, _, rest = data.partition(b"\r\n\r\n")
    end = rest.rfind(b"\r\n0\r\n") + 5
    return [each for each in (head + b"\r\n\r\n", rest[: end or None], rest[end:]) if each]


SEGMENTS = pytest.mark.parametrize("segments", [whole, in_three])


def chunked(body: bytes, trailers: bytes = b"") -> bytes:
    return b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailers)


@SEGMENTS
@pytest.mark.parametrize("announced", [b"", b"Trailer: X-Auth-Token, Authorization\r\n"])
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_credentials_in_a_trailer_authenticate_nobody(
    rest_api: RestApi, credential: str, announced: bytes, segments: Callable[[bytes], list[bytes]]
) -> None:
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    rest = b"Transfer-Encoding: chunked\r\n%s\r\n" % announced
    sent = head + rest + chunked(QUERY, CREDENTIALS[credential])
    answers = answered(rest_api, [*segments(sent), LAST])
    assert statuses(answers) == ["401", "200"]
    assert "UNAUTHENTICATED" in answers


@SEGMENTS
@pytest.mark.parametrize(
    ("trailer", "expected"),
    [
        (b"Content-Type: text/plain\r\n", ["200", "200"]),
        (b"Accept: text/event-stream\r\n", ["200", "200"]),
        (b"X-Auth-Token: nobody\r\n", ["200", "200"]),
        (b"Host: y\r\n", ["200", "200"]),
        (b"Origin: https://evil.example\r\n", ["200", "200"]),
        (b"Expect: 100-continue\r\n", ["200", "200"]),
        (b"Connection: close\r\n", ["200"]),
    ],
)
def test_a_trailer_changes_nothing(
    rest_api: RestApi, trailer: bytes, expected: list[str], segments: Callable[[bytes], list[bytes]]
) -> None:
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    rest = b"Transfer-Encoding: chunked\r\n%s\r\n" % CREDENTIALS["token"]
    sent = head + rest + chunked(QUERY, trailer)
    answers = answered(rest_api, [*segments(sent), *([LAST] if len(expected) > 1 else [])])
    assert statuses(answers) == expected
    assert '{"data":{"viewer":{"name":"default"}}}' in answers


OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
FORMS: dict[str, Callable[[bytes], tuple[bytes, bytes]]] = {
    "with a length": lambda body: (b"Content-Length: %d\r\n" % len(body), body),
    "in chunks": lambda body: (b"Transfer-Encoding: chunked\r\n", chunked(body)),
}
STATES = {
    b"PUT": (f"{MOVERS}/g/nothing".encode(), b'{"State": "stop"}', "404"),
    b"POST": (f"{MOVERS}/g".encode(), b"{}", "400"),
    b"DELETE": (f"{MOVERS}/g/nothing".encode(), b'{"a": 1}', "404"),
    b"GET": (f"{MOVERS}/g".encode(), b"{}", "200"),
    b"OPTIONS": (f"{MOVERS}/g".encode(), b"{}", "200"),
}


@SEGMENTS
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", STATES)
def test_a_request_that_offers_http_2_is_served_with_its_body(
    rest_api: RestApi, method: bytes, form: str, segments: Callable[[bytes], list[bytes]]
) -> None:
    path, body, status = STATES[method]
    framing, sent_body = FORMS[form](body)
    head = b"%s %s HTTP/1.1\r\nHost: x\r\n%s" % (method, path, CREDENTIALS["token"])
    sent = [head + OFFER + framing + b"\r\n" + sent_body for _ in range(2)]
    answers = answered(rest_api, [part for each in sent for part in segments(each)] + [LAST])
    assert statuses(answers) == [status, status, "200"]
    without = [head + framing + b"\r\n" + sent_body] * 2
    assert bodies(answers) == bodies(answered(rest_api, [*without, LAST]))


def bodies(answers: str) -> list[str]:
    return [answer.partition("\r\n\r\n")[2] for answer in answers.split("HTTP/1.1 ")]


def test_curl_that_offers_http_2_is_served(rest_api: RestApi) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl")
    features = subprocess.run([curl, "-V"], check=True, capture_output=True)  # noqa: S603
    if b"HTTP2" not in features.stdout:
        pytest.skip("this curl is built without HTTP/2")
    command = [
        curl,
        *("-s", "--max-time", "20", "--http2", "-H", f"X-Auth-Token: {TOKEN}"),
        *("-H", "Content-Type: application/json", "-d", QUERY.decode()),
        *[f"{rest_api.server.url}/graphql"] * 2,
    ]
    ended = subprocess.run(command, check=True, capture_output=True, timeout=30)  # noqa: S603
    assert ended.stdout == b'{"data":{"viewer":{"name":"default"}}}' * 2


JAVA = """
import java.net.URI;
import java.net.http.*;
public class Client {
    public static void main(String[] given) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int round = 0; round < 2; round++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(given[0]))
                .header("X-Auth-Token", given[1])
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(given[2])).build();
            HttpResponse<String> answer =
                client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.print(answer.statusCode() + answer.body());
        }
    }
}
"""


@pytest.mark.timeout(150)  # a compiler runs in it
def test_javas_client_is_served(rest_api: RestApi, tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("there is no java")
    file = tmp_path / "Client.java"
    file.write_text(JAVA)
    command = [java, str(file), f"{rest_api.server.url}/graphql", TOKEN, QUERY.decode()]
    ended = subprocess.run(command, check=False, capture_output=True, timeout=120)  # noqa: S603
    if b"compiler" in ended.stderr and ended.returncode:
        pytest.skip(f"this java runs no sources: {ended.stderr.decode()}")
    assert ended.stdout == b'200{"data":{"viewer":{"name":"default"}}}' * 2, ended.stderr
    assert json.loads(ended.stdout[3 : len(ended.stdout) // 2])


@pytest.mark.parametrize(("coding", "status"), [(b"gzip", "400"), (b"gzip, chunked", "501")])
def test_a_request_in_another_transfer_coding_changes_nothing(
    rest_api: RestApi, coding: bytes, status: str
) -> None:
    group = f"coded-{status}"
    rest_api.make(group)
    path = f"{MOVERS}/{group}/one"
    head = b"DELETE %s HTTP/1.1\r\nHost: x\r\n%s" % (path.encode(), CREDENTIALS["token"])
    sent = head + b"Transfer-Encoding: %s\r\n\r\n" % coding + chunked(b"{}")
    assert statuses(answered(rest_api, [sent])) == [status]
    assert rest_api.http.get(path).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("number", [101, 12_000])
def test_more_header_fields_than_are_read_are_refused(
    rest_api: RestApi, method: str, number: int
) -> None:
    head = f"{method} /graphql HTTP/1.1\r\nHost: x\r\n".encode() + b"a:\r\n" * (number - 1)
    assert statuses(answered(rest_api, [head + b"\r\n"])) == ["431"]


def test_as_many_header_fields_as_are_read_are_served(rest_api: RestApi) -> None:
    head = f"GET {ROOT}/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()
    assert statuses(answered(rest_api, [head + b"a:\r\n" * 98 + b"\r\n"])) == ["200"]


def test_a_path_that_names_nothing_is_not_decoded(rest_api: RestApi) -> None:
    for target in (b"/%s" % (b"%41" * 20_000), b"/graphql/%s?query=a" % (b"a" * 33_000)):
        sent = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % target
        assert statuses(answered(rest_api, [sent])) == ["414"]
    query = b"GET /healthz?%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"a" * 50_000)
    assert statuses(answered(rest_api, [query, LAST])) == ["200", "200"]
