"""Mutations run to their end, whatever happens to the client that asked for them."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from graph.concurrency import Mailbox
from graph.transport.execution.request import OperationRequest
from graph.transport.execution.results import Following, Payload, Results
from graph.transport.report import Report, ignore
from tests.transport.small import GATES, SCHEMA, Context, app, changes
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


async def test_a_result_that_cannot_be_made_is_masked_logged_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_identity: str, _request_id: str) -> None:
        raise RuntimeError("secret")

    results = Results(SCHEMA, broken)
    for query in ("{ hello }", "mutation { change }", "subscription { count }"):
        caplog.clear()
        payload = await result(results, query)
        assert payload.errors is None
        assert b"secret" not in payload.json
        assert payload.failures == {("INTERNAL", "none"): 1}
        (record,) = (each for each in caplog.records if each.levelno >= logging.ERROR)
        assert "r-1" in record.getMessage()


@pytest.mark.parametrize(
    ("query", "executed", "failures"),
    [
        ("{ hello }", True, {}),
        ("{ x: coded broken }", True, {("NO_GOOD", "coded"): 1, ("INTERNAL", "broken"): 1}),
        ("{ nothing }", False, {("GRAPHQL_INVALID", "none"): 1}),
        ("query($n: Int!) { hello(first: $n) }", False, {("GRAPHQL_INVALID", "none"): 1}),
    ],
)
async def test_a_payload_is_the_encoded_result_with_its_failures(
    query: str,
    failures: dict[tuple[str, str], int],
    *,
    executed: bool,
) -> None:
    payload = await result(Results(SCHEMA, Context), query)
    response = json.loads(payload.json)
    assert (payload.failures or {}) == failures
    assert ("data" in response) is executed
    if executed:
        assert payload.errors is None
    else:
        assert json.loads(payload.errors or b"") == response["errors"]


async def result(results: Results, query: str) -> Payload:
    begun = await results.begin(asked(query), report(), Mailbox())
    assert not isinstance(begun, Following)
    (payload,) = [each async for each in begun]
    return payload


def asked(query: str) -> OperationRequest:
    return OperationRequest(query, {}, None, "ann", "r-1")


def report() -> Report:
    return Report({"type": "http"}, ignore, "r-1", "http")
