"""Limits of what is long-lived, and how it ends for a client that does not read."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

import pytest

from graph.transport import ABORT
from tests.transport.small import app, closed
from tests.transport.test_streams import APOLLOS
from tests.transport.wire import Socket, Streaming, settle

ENDLESS = "subscription { count(to: 11) }"
INIT = {"type": "connection_init"}


def key_and_user(identity: str) -> frozenset[Hashable]:
    """Of ``KEY for USER``."""
    return frozenset({identity.partition(" for ")[0], identity})


async def test_streams_are_counted_by_what_was_checked_as_well_as_by_what_is_asserted() -> None:
    served = app(streams_per_caller=3, names_of=key_and_user)
    users = [f"portal for u{number}".encode() for number in range(4)]
    async with (
        Streaming(served, ENDLESS, users[0]) as first,
        Streaming(served, ENDLESS, users[1]),
        Streaming(served, ENDLESS, users[2]),
        Streaming(served, ENDLESS, users[3]) as beyond,
        Streaming(served, ENDLESS, b"other") as other,
    ):
        await settle()
        assert (first.status, beyond.status, other.status) == (200, 503, 200)
        assert "QUOTA_EXCEEDED" in beyond.text
    assert len(served.endpoint.streams) == 0


async def test_sockets_are_counted_by_caller_once_that_is_known() -> None:
    served = app(sockets_per_caller=2, names_of=key_and_user)
    async with (
        Socket(served) as one,
        Socket(served) as two,
        Socket(served) as three,
        Socket(served) as other,
    ):
        for number, wire in enumerate((one, two, three)):
            wire.say(INIT | {"payload": {"token": f"portal for u{number}"}})
        other.say(INIT | {"payload": {"token": "other"}})
        await three.ended()
        await other.until(lambda: other.heard == [{"type": "connection_ack"}])
        assert one.heard == two.heard == [{"type": "connection_ack"}]
        assert three.closed_with == (
            4503,
            "Too many connections of one caller: 2 are open",
        )
        one.leave()
        await one.ended()
        async with Socket(served) as later:
            later.say(INIT | {"payload": {"token": "portal for u3"}})
            await later.until(lambda: later.heard == [{"type": "connection_ack"}])
    assert len(served.endpoint.sockets) == 0


@pytest.mark.parametrize("accept", [b"text/event-stream", APOLLOS])
@pytest.mark.parametrize("silent", [True, False], ids=["a keep-alive", "an event"])
async def test_a_client_of_a_stream_that_never_reads_is_given_up(
    accept: bytes,
    silent: bool,  # noqa: FBT001
) -> None:
    aborted: list[bool] = []
    closed.clear()
    served = app(stuck_seconds=0.01, keep_alive_seconds=0.02 if silent else 60)
    query = ENDLESS if silent else "subscription { count(to: 1000) }"
    async with Streaming(served, query, accept=accept) as stream:
        stream.scope[ABORT] = lambda: aborted.append(True)
        await stream.until(lambda: bool(stream.text))
        if silent:
            await settle()
        stream.reading.clear()
        await stream.ended()
    assert aborted == [True]
    assert closed.is_set()
    assert len(served.endpoint.streams) == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_socket_whose_client_never_reads_is_ended_without_waiting_for_it() -> None:
    aborted: list[bool] = []
    served = app(stuck_seconds=0.01)
    async with Socket(served) as wire:
        wire.scope[ABORT] = lambda: aborted.append(True)
        wire.say(INIT)
        await wire.until(lambda: len(wire.heard) == 1)
        wire.reading.clear()
        await wire.ended()
    assert aborted == [True]
    assert len(served.endpoint.sockets) == 0


async def test_a_client_that_does_not_introduce_itself_in_time_is_told_so() -> None:
    async with Socket(app(init_seconds=0.01)) as wire:
        await wire.ended()
    assert wire.closed_with == (4408, "Connection initialisation timeout")


async def test_a_socket_without_the_protocol_is_told_so() -> None:
    async with Socket(app(), subprotocols=["graphql-ws"]) as wire:
        await wire.ended()
    assert wire.closed_with == (4406, "Subprotocol not acceptable")


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


async def test_a_report_comes_for_each_operation_and_each_refusal() -> None:
    reports: list[Any] = []
    served = app(observe=lambda _scope, report: reports.append(report))
    async with (
        Streaming(served, ENDLESS) as cut,
        Streaming(served, "{ hello }", accept=b"image/png") as refused,
        Streaming(served, "{ coded }", accept=b"application/json") as failed,
    ):
        await refused.ended()
        await failed.ended()
        await settle()
        cut.leave()
        await cut.ended()
    assert sorted((report.transport, report.outcome) for report in reports) == [
        ("http", "error"),
        ("http", "error"),
        ("sse", "cancelled"),
    ]
    assert {each for report in reports for each in report.failures} == {
        ("BAD_REQUEST", "none"),
        ("NO_GOOD", "coded"),
    }
