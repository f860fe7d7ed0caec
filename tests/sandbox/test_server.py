"""The sandbox's connections: kept from call to call, as AWS keeps them."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from graph.sandbox import HOME, Sandbox
from tests.sandbox.lab import CALLER, ask

pytestmark = pytest.mark.timeout(20)


@pytest.fixture
def connection(aws: Sandbox) -> Iterator[http.client.HTTPConnection]:
    address = urlsplit(aws.endpoint)
    with closing(http.client.HTTPConnection(str(address.hostname), address.port)) as connection:
        connection.connect()
        connection.auto_open = 0  # whoever finds it closed fails
        yield connection


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
