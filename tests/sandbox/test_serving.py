"""The sandbox's connections: kept from call to call, as AWS keeps them."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from graph.sandbox import HOME, Sandbox

CALLER = b"Action=GetCallerIdentity&Version=2011-06-15"
pytestmark = pytest.mark.timeout(20)


@pytest.fixture
def connection(aws: Sandbox) -> Iterator[http.client.HTTPConnection]:
    address = urlsplit(aws.endpoint)
    with closing(http.client.HTTPConnection(str(address.hostname), address.port)) as connection:
        connection.connect()
        connection.auto_open = 0  # whoever finds it closed fails
        yield connection


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | Iterator[bytes] | None = None,
    service: str = "sts",
) -> str:
    scope = f"Credential=sandbox/20260101/us-east-1/{service}/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request(method, path, body, headers, encode_chunked=True)
    with connection.getresponse() as answer:
        return f"{answer.status} {answer.read().decode()}"


def test_one_connection_carries_call_after_call(connection: http.client.HTTPConnection) -> None:
    for _ in range(3):
        assert "<Account>" in ask(connection, "POST", "/", CALLER)


def test_a_body_in_chunks_leaves_nothing_for_the_next_call(
    connection: http.client.HTTPConnection,
) -> None:
    assert "<Account>" in ask(connection, "POST", "/", iter([CALLER[:9], CALLER[9:]]))
    assert "<Account>" in ask(connection, "POST", "/", CALLER)


def test_a_body_that_nobody_reads_leaves_nothing_for_the_next_call(
    connection: http.client.HTTPConnection,
) -> None:
    assert ask(connection, "POST", "/_sandbox/nothing", b"GET / HTTP/1.1\r\n\r\n").startswith("404")
    assert "<Account>" in ask(connection, "POST", "/", CALLER)


def test_answers_without_a_body_leave_the_connection(
    connection: http.client.HTTPConnection, aws: Sandbox
) -> None:
    aws.bucket(HOME, "kept", {"it": b"whole"})
    assert ask(connection, "HEAD", "/kept/it", service="s3") == "200 "
    assert ask(connection, "DELETE", "/kept/it", service="s3") == "204 "
    assert ask(connection, "GET", "/kept/it", service="s3").startswith("404")


def test_closing_the_sandbox_ends_a_kept_connection() -> None:
    with Sandbox() as aws:
        address = urlsplit(aws.endpoint)
        connection = http.client.HTTPConnection(str(address.hostname), address.port)
        assert "<Account>" in ask(connection, "POST", "/", CALLER)
    with closing(connection):
        assert connection.sock
        assert connection.sock.recv(1) == b""
