"""When the server stops, streams and sockets end at once, and as their clients expect it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.transport.small import GATES, app, changes, closed
from tests.transport.test_streams import APOLLOS
from tests.transport.wire import Socket, Streaming, settle

ENDLESS = "subscription { count(to: 11) }"
INIT = {"type": "connection_init"}


async def test_an_event_stream_ends_without_complete_so_that_its_client_comes_back() -> None:
    served = app()
    async with Streaming(served, ENDLESS) as stream:
        await stream.until(lambda: stream.text.count("event: next") == 11)
        closed.clear()
        served.stop()
        await stream.ended()
    assert stream.text.endswith("\n\nretry: 1000\n\n")
    assert "complete" not in stream.text
    assert stream.sent[-1]["more_body"] is False
    assert closed.is_set()


async def test_a_multipart_stream_ends_with_an_error_and_its_boundary() -> None:
    served = app()
    async with Streaming(served, ENDLESS, accept=APOLLOS) as stream:
        await settle()
        served.stop()
        await stream.ended()
    assert stream.text.endswith(
        '{"payload":null,"errors":[{"message":"The server is stopping. Subscribe again.",'
        '"extensions":{"code":"SERVER_STOPPING"}}]}\r\n--graphql--\r\n'
    )
    assert stream.sent[-1]["more_body"] is False


async def test_a_socket_is_closed_with_the_code_after_which_clients_come_back() -> None:
    served = app()
    async with Socket(served) as wire, Socket(served) as silent:
        wire.say(INIT, {"type": "subscribe", "id": "1", "payload": {"query": ENDLESS}})
        await wire.until(lambda: len(wire.heard) == 12)
        served.stop()
        await wire.ended()
        await silent.ended()
    assert wire.closed_with == silent.closed_with == (1012, "Service restart")
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_clients_that_do_not_read_do_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("graph.transport.streaming._LAST_SECONDS", 0.01)
    monkeypatch.setattr("graph.transport.websocket._LAST_SECONDS", 0.01)
    served = app()
    async with Socket(served) as wire, Streaming(served, ENDLESS) as stream:
        await stream.until(lambda: stream.text.count("event: next") == 11)
        for each in (wire, stream):
            each.reading.clear()
        served.stop()
        await wire.ended()
        await stream.ended()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_nothing_long_lived_begins_any_more() -> None:
    served = app()
    served.stop()
    async with Streaming(served, ENDLESS) as stream, Socket(served) as wire:
        await stream.ended()
        await wire.ended()
    assert (stream.status, stream.headers["retry-after"]) == (503, "5")
    assert wire.closed_with == (4503, "The server is stopping")


@pytest.fixture
def gate() -> asyncio.Event:
    changes.clear()
    GATES.append(asyncio.Event())
    return GATES[-1]


SLOW = "mutation Slow { changeSlowly }"


@pytest.mark.parametrize("how", ["leaves", "completes", "stops"])
async def test_a_mutation_of_a_socket_that_is_given_up_runs_to_its_end_and_is_reported(
    gate: asyncio.Event, how: str
) -> None:
    reports: list[Any] = []
    served = app(observe=lambda _scope, report: reports.append(report))
    async with Socket(served) as wire:
        wire.say(INIT, {"type": "subscribe", "id": "1", "payload": {"query": SLOW}})
        await settle()
        assert changes == ["begun"]
        if how == "completes":
            wire.say({"type": "complete", "id": "1"})
        elif how == "stops":
            served.stop()
        else:
            wire.leave()
        await settle()
        gate.set()
        await served.aclose(10)
    assert changes == ["begun", "ended"]
    assert [(report.summary.name, report.outcome) for report in reports] == [("Slow", "ok")]
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("how", ["leaves", "stops"])
async def test_a_mutation_of_a_stream_that_is_given_up_runs_to_its_end_and_is_reported(
    gate: asyncio.Event, how: str
) -> None:
    reports: list[Any] = []
    served = app(observe=lambda _scope, report: reports.append(report))
    async with Streaming(served, SLOW) as stream:
        await settle()
        assert changes == ["begun"]
        if how == "stops":
            served.stop()
        else:
            stream.leave()
        await stream.ended()
        gate.set()
        await served.aclose(10)
    assert changes == ["begun", "ended"]
    assert [(report.summary.name, report.outcome) for report in reports] == [("Slow", "ok")]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_plain_request_that_is_cancelled_leaves_its_mutation_alone(
    gate: asyncio.Event,
) -> None:
    served = app()
    async with Streaming(served, SLOW, accept=b"application/json") as plain:
        await settle()
        plain.task.cancel()
        await asyncio.gather(plain.task, return_exceptions=True)
        gate.set()
        await served.aclose(10)
    assert changes == ["begun", "ended"]


@pytest.mark.usefixtures("gate")
async def test_a_mutation_that_takes_too_long_is_cancelled_in_the_end() -> None:
    served = app()
    async with Streaming(served, SLOW):
        await settle()
        await served.aclose(0)
    assert changes == ["begun", "cancelled"]
