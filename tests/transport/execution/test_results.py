"""Mutations run to their end, whatever becomes of the client that asked for them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.transport.small import GATES, app, changes
from tests.transport.wire import Socket, Streaming, settle


@pytest.fixture
def gate() -> asyncio.Event:
    changes.clear()
    GATES.append(asyncio.Event())
    return GATES[-1]


INIT = {"type": "connection_init"}
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
