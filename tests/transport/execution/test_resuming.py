"""Clients that reconnect share the execution of the others, and are not sent what they have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.transport.execution.request import OperationRequest
from graph.transport.execution.resuming import Resumed
from graph.transport.execution.sharing import SharedOperation
from tests.transport.small import LEVELS, SCHEMA, app
from tests.transport.wire import Socket, settle

PLAIN = "subscription { numbered { sequence } }"
VARIABLE = "subscription($after: Int) { numbered(after: $after) { sequence } }"


@pytest.fixture(autouse=True)
async def _nothing_is_left() -> AsyncIterator[None]:
    yield
    assert LEVELS.followers == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


def shared(query: str, **variables: Any) -> SharedOperation:
    request = OperationRequest(query, variables, None, "ann", "r")
    return SharedOperation.of(SCHEMA.prepare(request), request)


@pytest.mark.parametrize(
    ("query", "variables", "after"),
    [
        (PLAIN.replace("numbered", "numbered(after: 7)"), {}, 7),
        (PLAIN.replace("numbered", "numbered(after: null)"), {}, None),
        (VARIABLE, {}, None),
        (VARIABLE, {"after": None}, None),
        (VARIABLE, {"after": 7}, 7),
        (VARIABLE, {"after": -(2**31)}, -(2**31)),
        (VARIABLE.replace("Int", "Int!"), {"after": 7}, 7),
        (VARIABLE.replace("Int", "Int = 7"), {}, 7),
        (VARIABLE.replace("Int", "Int = 7"), {"after": 8}, 8),
        (VARIABLE.replace("$after", "$n"), {"n": 8}, 8),
    ],
)
async def test_where_a_client_resumes_is_no_part_of_what_is_shared(
    query: str, variables: dict[str, Any], after: int | None
) -> None:
    resumed = shared(query, **variables)
    assert resumed.key == shared(PLAIN).key
    assert resumed.after == after


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (VARIABLE, {"after": "7"}),
        (VARIABLE, {"after": True}),
        (VARIABLE, {"after": 7.5}),
        (VARIABLE, {"after": 2**31}),
        (VARIABLE.replace("Int", "Int!"), {}),
        (VARIABLE.replace("Int", "Int!"), {"after": None}),
    ],
)
async def test_an_invalid_number_is_refused_as_any_other_argument(
    query: str, variables: dict[str, Any]
) -> None:
    assert shared(query, **variables).key != shared(PLAIN).key
    async with Socket(app()) as wire:
        payload = {"query": query, "variables": variables}
        wire.say({"type": "connection_init"}, {"type": "subscribe", "id": "1", "payload": payload})
        await wire.until(lambda: len(wire.heard) == 2)
        assert wire.heard[1]["type"] == "error"


async def test_a_variable_that_is_used_elsewhere_too_is_kept() -> None:
    query = """subscription($after: Int) {
      numbered(after: $after) { sequence @include(if: true) ...F } }
      fragment F on Numbered { s: sequence }"""
    assert shared(query, after=1).key == shared(query, after=2).key
    other = query.replace("$after: Int", "$after: Int, $on: Boolean!").replace("true", "$on")
    assert shared(other, after=1, on=True).key == shared(other, after=2, on=True).key
    assert shared(other, after=1, on=True).key != shared(other, after=1, on=False).key


async def test_clients_that_resume_anywhere_share_one_execution_and_miss_nothing() -> None:
    served = app()
    async with AsyncExitStack() as stack:

        async def follow(after: int | None) -> Socket:
            wire = await stack.enter_async_context(Socket(served))
            payload = {"query": VARIABLE, "variables": {"after": after}}
            subscribe = {"type": "subscribe", "id": "1", "payload": payload}
            wire.say({"type": "connection_init"}, subscribe)
            await settle()
            return wire

        first = await follow(None)
        early = await follow(4)
        LEVELS.tell("3", "4")
        await settle()
        current, behind = await follow(4), await follow(3)
        LEVELS.tell("5")
        await settle()
        has_last = await follow(6)
        assert len(LEVELS.followers) == 1
        LEVELS.tell("6", None)
        wires = (first, early, current, behind, has_last)
        for wire in wires:
            await wire.until(lambda w=wire: w.heard[-1]["type"] == "complete")  # type: ignore[misc]
        assert [told(wire) for wire in wires] == [
            [3, 4, 5, 6],
            [3, 5, 6],
            [5, 6],
            [4, 5, 6],
            [5, 6],
        ]


def told(wire: Socket) -> list[int]:
    return [m["payload"]["data"]["numbered"]["sequence"] for m in wire.heard if m["type"] == "next"]


@dataclass(frozen=True)
class Event:
    sequence: int | None


class Kept:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = 0

    def put(self, value: Event, /) -> None:
        self.events.append(value)

    def close(self) -> None:
        self.closed += 1


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=8), st.integers(0, 5))
def test_only_the_event_that_the_client_has_is_left_out_unless_it_is_the_last(
    numbers: list[int | None], after: int
) -> None:
    kept = Kept()
    resumed: Resumed[Event] = Resumed(kept, after)
    for number in numbers:
        resumed.put(Event(number))
    assert [event.sequence for event in kept.events] == [n for n in numbers if n != after]
    resumed.close()
    assert kept.closed == 1
    assert [event.sequence for event in kept.events[-1:]] == numbers[-1:]


LOG = "subscription($after: String) { changes(after: $after) { cursor } }"


def test_the_source_of_changes_begins_where_its_first_client_resumes() -> None:
    plain = shared("subscription { changes { cursor } }")
    assert plain.whole is None
    for query, variables in (
        (LOG, {"after": "x.1"}),
        (LOG.replace("String)", 'String = "x.1")'), {}),
        ('subscription { changes(after: "x.1") { cursor } }', {}),
    ):
        resumed = shared(query, **variables)
        assert (resumed.key, resumed.after) == (plain.key, "x.1")
        assert resumed.whole is not None
        _, request = resumed.opened(SCHEMA.documents)
        assert "x.1" in f"{request.query}{dict(request.variables)}"
    for wrong in (7, ["x"], True):
        assert shared(LOG, after=wrong).after is None
        assert shared(LOG, after=wrong).key != plain.key


async def test_a_client_that_resumes_changes_joins_the_others_and_misses_nothing() -> None:
    served = app()
    query = "subscription {{ changes{} {{ cursor subject }} }}"
    async with AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(Socket(served)) for _ in range(3)]
        texts = ["", '(after: "2")', '(after: "unknown")']
        for wire, text in zip(wires, texts, strict=True):
            wire.say({"type": "connection_init"})
            if wire is wires[0]:
                wire.say(subscribe_to(query.format(text)))
                await settle()
                assert len(LEVELS.followers) == 1
                LEVELS.tell("reset 0", "a 1", "b 2", "d 3")
                await settle()
        for wire, text in zip(wires[1:], texts[1:], strict=True):
            wire.say(subscribe_to(query.format(text)))
        await settle()
        assert len(LEVELS.followers) == 1
        LEVELS.tell("c 4")
        await settle()
        assert [cursors(wire) for wire in wires] == [
            ["0", "1", "2", "3", "4"],
            ["3", "4"],
            ["0", "4"],
        ]
        LEVELS.tell(None)
        await settle()


def subscribe_to(query: str) -> dict[str, Any]:
    return {"type": "subscribe", "id": "1", "payload": {"query": query}}


def cursors(wire: Socket) -> list[str]:
    heard = [m["payload"]["data"]["changes"]["cursor"] for m in wire.heard if m["type"] == "next"]
    return [str(each) for each in heard]
