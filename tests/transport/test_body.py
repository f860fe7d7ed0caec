"""The body of a request: bounded in size and time, and decoded only if it is JSON in UTF-8."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Message

from graph.concurrency import ReceivedBytes
from graph.transport.body import (
    check_containers,
    check_head,
    collect,
    decode,
    head_of,
    receive_body,
)
from graph.transport.refusals import Refusal

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


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON ; Charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json; charset=utf8",
        "application/json; boundary=x; q=1",
    ],
)
def test_json_in_utf_8_is_accepted_however_it_is_spelled(kind: str) -> None:
    head = {"content-type": kind, "content-length": str(LIMIT), "content-encoding": "Identity"}
    check_head("POST", head, LIMIT)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {}, 415),
        ("POST", {"content-type": "application/json; charset=utf-8; charset=utf-16"}, 415),
        ("POST", {"content-type": "application/json;" + " " * 1_024}, 415),
        ("POST", {"content-type": "text/json"}, 415),
        ("POST", {"content-type": "application/json", "content-encoding": "gzip"}, 415),
        ("POST", {"content-type": "application/json", "content-encoding": "identity, br"}, 415),
        ("GET", {"content-length": "\u0663"}, 400),  # a digit, but not of ASCII
        ("GET", {"content-length": ""}, 400),
        ("GET", {"content-length": str(LIMIT + 1)}, 413),
        ("GET", {"content-length": "9" * 10_000}, 413),
    ],
)
def test_a_head_that_cannot_be_served_is_refused_before_the_body(
    method: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(Refusal) as raised:
        check_head(method, headers, LIMIT)
    assert raised.value.status == status


@pytest.mark.parametrize("sizes", [[LIMIT], [LIMIT // 2, LIMIT // 2], [0, LIMIT, 0]])
async def test_a_body_may_have_all_the_bytes_of_the_limit_and_no_more(sizes: list[int]) -> None:
    bodies = ReceivedBytes.of_bodies(LIMIT)
    assert await collect(parts(*sizes), bodies, LIMIT) == b" " * LIMIT
    with pytest.raises(Refusal) as raised:
        await collect(parts(*sizes, 1), bodies, LIMIT)
    assert raised.value.status == 413


async def test_a_body_in_one_part_has_the_same_limits() -> None:
    bodies = ReceivedBytes(LIMIT // 2, LIMIT)

    async def received(size: int) -> bytes:
        async def receive() -> Message:
            return {"type": "http.request", "body": b" " * size}

        return await receive_body(receive, bodies, LIMIT)

    assert await received(LIMIT // 2) == b" " * (LIMIT // 2)
    for size, status in ((LIMIT // 2 + 1, 503), (LIMIT + 1, 413)):
        with pytest.raises(Refusal) as raised:
            await received(size)
        assert raised.value.status == status
    assert bodies.held == 0


async def test_a_client_that_leaves_within_its_body_is_told_apart() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    bodies = ReceivedBytes.of_bodies(LIMIT)
    with pytest.raises(ClientDisconnect):
        await receive_body(receive, bodies, LIMIT)
    assert bodies.held == 0


async def parts(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b" " * size


@pytest.mark.parametrize(("most", "status"), [(10_000, 429), (LIMIT, 503)])
async def test_a_body_beyond_what_may_arrive_at_a_time_is_told_to_come_back(
    most: int, status: int
) -> None:
    bodies = ReceivedBytes(LIMIT // 2, most)
    with pytest.raises(Refusal) as raised:
        await collect(parts(*[20_000] * 5), bodies, LIMIT)
    assert (raised.value.status, raised.value.code) == (status, "THROTTLED")
    assert raised.value.headers == {"Connection": "close", "Retry-After": "5"}
    assert bodies.held == 0


@pytest.mark.parametrize("unit", [b"[", b"{", b"[[]]", b"{}", b'"[",', b"[{"])
def test_a_body_of_too_many_lists_and_objects_is_not_decoded(unit: bytes) -> None:
    of_each = unit.count(b"[") + unit.count(b"{")
    check_containers(unit * (30_000 // of_each))
    with pytest.raises(Refusal, match="30000 lists and objects") as raised:
        check_containers(unit * (30_000 // of_each + 1))
    assert (raised.value.status, raised.value.code) == (400, "TOO_COSTLY")


@pytest.mark.parametrize("collects", [True, False])
@pytest.mark.parametrize("text", [b'{"a": [1, "\xc3\xa9"]}', b"{", b"\xff", b"NaN", b'"\\ud800"'])
def test_decoding_leaves_the_garbage_collector_as_it_was(text: bytes, *, collects: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        with suppress(ValueError):
            decode(text)
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize(
    "text", ["", "NaN", "Infinity", "{'a': 1}", "[1,]", "01", b"\xff", b'"\\ud800"', "1 2"]
)
def test_what_is_not_json_in_utf_8_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(text)


NAMES = st.sampled_from(["accept", "content-type", "content-length", "cookie", "content-encodin"])


@given(st.lists(st.tuples(NAMES, st.text(st.characters(max_codepoint=255), max_size=5))))
def test_the_first_header_of_a_name_counts(sent: list[tuple[str, str]]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in sent]
    found, all_of_them = head_of({"headers": raw}), Headers(raw=raw)
    for name in ("accept", "content-encoding", "content-length", "content-type"):
        assert found.get(name) == all_of_them.get(name)
    assert "cookie" not in found
