"""graphql-transport-ws, over a real server where the wire matters."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transport.small import app, closed
from tests.transport.wire import Socket


def connect(address: str) -> Any:
    return websockets.connect(f"ws://{address}/", subprotocols=["graphql-transport-ws"])  # type: ignore[list-item]


async def talk(wire: Any, *messages: Any) -> None:
    for message in messages:
        await wire.send(message if isinstance(message, str) else json.dumps(message))


async def hear(wire: Any) -> Any:
    async with asyncio.timeout(10):
        text = await wire.recv()
    assert isinstance(text, str)
    return json.loads(text)


async def close_code(wire: Any) -> int:
    async with asyncio.timeout(10):
        await wire.wait_closed()
    return int(wire.close_code)


def subscribe(query: str, name: str = "1") -> dict[str, Any]:
    return {"type": "subscribe", "id": name, "payload": {"query": query}}


INIT = {"type": "connection_init"}


async def test_a_subscription_comes_next_by_next_and_completes(address: str) -> None:
    async with connect(address) as wire:
        await talk(wire, INIT, subscribe("subscription { count }"))
        assert (await hear(wire))["type"] == "connection_ack"
        heard = [await hear(wire) for _ in range(4)]
        assert [message["type"] for message in heard] == ["next"] * 3 + ["complete"]


async def test_connection_init_without_payload_is_accepted_and_pings_are_echoed(
    address: str,
) -> None:
    async with connect(address) as wire:
        await talk(wire, {"type": "connection_init", "payload": None})
        assert (await hear(wire))["type"] == "connection_ack"
        await talk(wire, {"type": "ping", "payload": {"n": 1}})
        assert await hear(wire) == {"type": "pong", "payload": {"n": 1}}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["1"], 4400),
        (["[]"], 4400),
        (["null"], 4400),
        (["{"], 4400),
        ([{"type": "nonsense"}], 4400),
        ([{"type": "connection_init", "payload": {"token": "UNAUTHENTICATED"}}], 4403),
        ([{"type": "connection_init", "payload": {"token": "FORBIDDEN"}}], 4403),
        ([{"type": "connection_init", "payload": {"token": "THROTTLED"}}], 4503),
        ([{"type": "connection_init", "payload": {"token": "accident"}}], 4500),
        ([{"type": "connection_init", "payload": 1}], 4400),
        ([INIT, INIT], 4429),
        ([{"type": "é" * 200}], 4400),
        ([subscribe("{ hello }")], 4401),
        ([INIT, {"type": "subscribe", "id": 1, "payload": {"query": "x"}}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {}}], 4400),
        ([INIT, *[subscribe("subscription { count(to: 11) }")] * 2], 4409),
        ([INIT, *[subscribe("subscription { count(to: 11) }", "é" * 128)] * 2], 4409),
        ([INIT, *[{"type": "pong"}] * 300], 4429),
        (["[" * 30_000], 4400),
        (["9" * 5_000], 4400),
    ],
)
async def test_a_broken_rule_closes_with_its_code(
    address: str, messages: list[Any], code: int
) -> None:
    async with connect(address) as wire:
        await talk(wire, *messages)
        assert await close_code(wire) == code


async def test_a_syntax_error_ends_its_own_operation_alone(address: str) -> None:
    async with connect(address) as wire:
        await talk(wire, INIT, subscribe("{", "a"), subscribe("{ hello }", "b"))
        await hear(wire)
        heard = [await hear(wire) for _ in range(3)]
    assert {m["type"] for m in heard if m["id"] == "a"} == {"error"}
    assert [m["type"] for m in heard if m["id"] == "b"] == ["next", "complete"]


async def test_a_client_that_leaves_closes_its_source(address: str) -> None:
    closed.clear()
    async with connect(address) as wire:
        await talk(wire, INIT, subscribe("subscription { count(to: 11) }"))
        await hear(wire)
        await hear(wire)
        assert not closed.is_set()
    assert await asyncio.to_thread(closed.wait, 10)


SENT = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8"), max_size=40),
        st.binary(max_size=40),
        st.sampled_from(
            [
                json.dumps(message)
                for message in (
                    INIT,
                    {"type": "ping"},
                    {"type": "pong", "payload": 1},
                    {"type": "complete", "id": "1"},
                    {"type": "é" * 300},
                    subscribe("{ hello }"),
                    subscribe("subscription { count(to: 11) }"),
                    subscribe("subscription { breaks }", "2"),
                )
            ]
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SENT)
def test_whatever_is_sent_the_close_is_clean_and_the_server_goes_on(
    address: str, sent: list[str | bytes]
) -> None:
    async def exchange() -> None:
        async with connect(address) as wire:
            for message in [*sent, json.dumps({"type": "ping", "payload": {"last": 1}})]:
                with suppress(websockets.ConnectionClosed):
                    await wire.send(message)
            with suppress(websockets.ConnectionClosed):
                while "last" not in json.dumps(await hear(wire)):
                    pass
        assert wire.close_code == 1000 or 4400 <= wire.close_code < 4500
        async with connect(address) as another:
            await talk(another, INIT)
            assert (await hear(another))["type"] == "connection_ack"

    asyncio.run(exchange())


async def test_a_client_that_does_not_introduce_itself_in_time_is_told_so() -> None:
    async with Socket(app(init_seconds=0.01)) as wire:
        await wire.ended()
    assert wire.closed_with == (4408, "Connection initialisation timeout")


async def test_a_socket_without_the_protocol_is_told_so() -> None:
    async with Socket(app(), subprotocols=["graphql-ws"]) as wire:
        await wire.ended()
    assert wire.closed_with == (4406, "Subprotocol not acceptable")


async def test_a_client_that_leaves_ends_all_its_operations() -> None:
    served = app()
    async with Socket(served) as wire:
        names = [str(n) for n in range(5)]
        wire.say(INIT, *[subscribe("subscription { count(to: 11) }", name) for name in names])
        await wire.until(lambda: len(wire.heard) == 56)
        wire.leave()
        await wire.ended()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_operations_of_a_socket_and_sockets_are_counted() -> None:
    served = app(operations_per_socket=2, sockets=1)
    async with Socket(served) as wire, Socket(served) as another:
        names = ("a", "b", "c")
        wire.say(INIT, *[subscribe("subscription { count(to: 11) }", name) for name in names])
        await wire.until(lambda: any(m.get("id") == "c" for m in wire.heard))
        (refused,) = (m for m in wire.heard if m.get("id") == "c")
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == "QUOTA_EXCEEDED"
        assert refused["payload"][0]["extensions"]["requestId"]
        await another.ended()
        assert another.closed_with == (4503, "Too many connections are open.")
        wire.say({"type": "complete", "id": "a"}, subscribe("{ hello }", "d"))
        await wire.until(lambda: {"type": "complete", "id": "d"} in wire.heard)
        wire.leave()
        await wire.ended()
    async with Socket(served) as later:
        later.say(INIT)
        await later.until(lambda: later.heard == [{"type": "connection_ack"}])
