"""Streams and sockets are counted for each caller."""

from __future__ import annotations

from collections.abc import Hashable

from graph.observability.metrics import LIMITED
from tests.transport.small import app
from tests.transport.wire import Socket, Streaming, settle

ENDLESS = "subscription { count(to: 11) }"
INIT = {"type": "connection_init"}


def refused(limit: str) -> float:
    return float(LIMITED.labels(limit)._value.get())


def key_and_user(identity: str) -> frozenset[Hashable]:
    """Of ``KEY for USER``."""
    return frozenset({identity.partition(" for ")[0], identity})


async def test_streams_are_counted_by_what_was_checked_as_well_as_by_what_is_asserted() -> None:
    served = app(streams_per_caller=3, names_of=key_and_user)
    before = refused("streams")
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
    assert refused("streams") == before + 1
    assert len(served.endpoint.streams) == 0


async def test_sockets_are_counted_by_address_until_their_caller_is_known() -> None:
    served = app(new_sockets_per_address=2)
    before = refused("new_sockets")
    async with Socket(served) as one, Socket(served) as two, Socket(served) as three:
        await three.ended()
        assert three.closed_with == (
            4503,
            "Too many new connections of one caller are open: at most 2 are allowed.",
        )
        one.say(INIT)
        await one.until(lambda: one.heard == [{"type": "connection_ack"}])
        assert refused("new_sockets") == before + 1
        async with Socket(served) as four, Socket(served) as five:
            await five.ended()
            assert five.closed_with is not None
            four.say(INIT)
            await four.until(lambda: four.heard == [{"type": "connection_ack"}])
        assert len(served.endpoint.new_sockets) == 1  # the second
        two.leave()
        await two.ended()
    assert len(served.endpoint.new_sockets) == len(served.endpoint.sockets) == 0


async def test_sockets_of_many_addresses_leave_half_of_all_to_known_callers() -> None:
    addresses = iter(range(10))
    served = app(sockets=4, address_of=lambda _scope: next(addresses))
    async with Socket(served) as one, Socket(served) as two, Socket(served) as three:
        await three.ended()
        assert three.closed_with == (4503, "Too many new connections are open.")
        for wire in (one, two):
            wire.say(INIT)
        await one.until(lambda: one.heard == two.heard == [{"type": "connection_ack"}])
        async with Socket(served) as four:
            four.say(INIT)
            await four.until(lambda: four.heard == [{"type": "connection_ack"}])


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
            "Too many connections of one caller are open: at most 2 are allowed.",
        )
        one.leave()
        await one.ended()
        async with Socket(served) as later:
            later.say(INIT | {"payload": {"token": "portal for u3"}})
            await later.until(lambda: later.heard == [{"type": "connection_ack"}])
    assert len(served.endpoint.sockets) == 0
