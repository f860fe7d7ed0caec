"""The body of a request: bounded in size and time, and decoded only if it is JSON in UTF-8."""

from __future__ import annotations

import asyncio
import json

import pytest

HEAD = "POST / HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
BODY = json.dumps({"query": "{ hello }"}).encode()
LIMIT = 100_000


async def status_of(address: str, *parts: bytes) -> int:
    """Sends what is given, and reads the first line of the answer."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(10):
            writer.write(b"".join(parts))
            return int((await reader.readline()).split()[1])
    finally:
        writer.close()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def test_a_body_in_chunks_is_put_together(address: str) -> None:
    head = f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode()
    pieces = [chunk(BODY[n : n + 3]) for n in range(0, len(BODY), 3)]
    assert await status_of(address, head, *pieces, b"0\r\n\r\n") == 200


async def test_a_body_in_chunks_is_counted(address: str) -> None:
    head = f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode()
    pieces = [chunk(b" " * 10_000)] * (LIMIT // 10_000 + 1)
    assert await status_of(address, head, *pieces) == 413


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "+5", "5, 6"])
async def test_a_length_that_is_no_number_is_a_bad_request(address: str, length: str) -> None:
    head = f"{HEAD}Content-Length: {length}\r\n\r\n".encode()
    assert await status_of(address, head, BODY) == 400


async def test_a_length_and_chunks_together_are_a_bad_request(address: str) -> None:
    head = f"{HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert await status_of(address, head, chunk(BODY), b"0\r\n\r\n") == 400


async def test_a_length_beyond_the_limit_is_refused_without_a_body(address: str) -> None:
    head = f"{HEAD}Content-Length: {LIMIT + 1}\r\n\r\n".encode()
    assert await status_of(address, head) == 413


async def test_a_body_that_does_not_come_is_waited_for_so_long_and_no_longer(
    address: str,
) -> None:
    head = f"{HEAD}Content-Length: 100\r\n\r\n".encode()
    assert await status_of(address, head, b"{") == 408


async def test_the_server_answers_on(address: str) -> None:
    head = f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n".encode()
    assert await status_of(address, head, BODY) == 200
