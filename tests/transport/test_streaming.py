"""Streams of results: bounded in number, and ended with their client."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from graph.transport import ABORT
from tests.transport.small import Refused, app, closed, made
from tests.transport.wire import APOLLOS, Streaming, settle

ENDLESS = "subscription { count(to: 11) }"


async def test_a_client_that_leaves_closes_its_source_at_once() -> None:
    closed.clear()
    served = app()
    async with Streaming(served, ENDLESS) as stream:
        await settle()
        assert stream.text.count("event: next") == 11
        assert not closed.is_set()
        stream.leave()
        await stream.ended()
        assert closed.is_set()
        assert len(served.endpoint.streams) == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_client_that_leaves_while_it_does_not_read_closes_its_source_too() -> None:
    closed.clear()
    served = app()
    async with Streaming(served, "subscription { count(to: 1000) }") as stream:
        await stream.until(lambda: bool(stream.text))
        stream.reading.clear()
        await settle()
        assert stream.waiting == 1
        stream.leave()
        await stream.ended()
        assert closed.is_set()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_client_that_does_not_read_holds_its_source_back() -> None:
    made.clear()
    async with Streaming(app(), "subscription { count(to: 1000) }") as stream:
        stream.reading.clear()
        await settle()
        assert len(made) <= 2
        stream.reading.set()
        await settle()
        assert len(made) > 10


async def test_streams_are_counted_in_all_and_by_caller() -> None:
    served = app(streams=3, streams_per_caller=2)
    async with (
        Streaming(served, ENDLESS, b"one") as first,
        Streaming(served, ENDLESS, b"one"),
        Streaming(served, ENDLESS, b"one") as one_too_many,
        Streaming(served, ENDLESS, b"two"),
        Streaming(served, ENDLESS, b"three") as too_many,
    ):
        await settle()
        assert (first.status, len(served.endpoint.streams)) == (200, 3)
        for refused in (one_too_many, too_many):
            assert refused.status == 503
            assert "QUOTA_EXCEEDED" in refused.text
            assert refused.headers["retry-after"] == "5"
        first.leave()
        await first.ended()
        async with Streaming(served, ENDLESS, b"three") as now:
            await settle()
            assert now.status == 200
    assert len(served.endpoint.streams) == 0


async def test_the_headers_are_those_of_a_stream_and_no_more() -> None:
    async with Streaming(app(), "subscription { count }") as stream:
        await stream.ended()
    assert stream.headers.keys() == {
        "content-type",
        "cache-control",
        "x-accel-buffering",
        "x-request-id",
        "x-content-type-options",
        "vary",
    }
    assert stream.text.endswith("event: complete\ndata:\n\n")


@pytest.mark.parametrize("query", ["{ hello }", "mutation { change }"])
async def test_what_is_no_subscription_comes_as_one_event(query: str) -> None:
    async with Streaming(app(), query) as stream:
        await stream.ended()
    assert stream.text.count("event: next") == 1
    assert stream.text.count("event: complete") == 1


@pytest.mark.parametrize(
    "accept",
    [
        b"multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json",
        b"multipart/mixed, application/json",
        b"application/json, multipart/mixed;subscriptionSpec=1.0",
        b"text/event-stream;q=0.5, application/json",
        b"application/graphql-response+json, application/json, text/event-stream",
    ],
)
async def test_a_stream_comes_only_to_who_wants_it_most(accept: bytes) -> None:
    async with Streaming(app(), "{ hello }", accept=accept) as stream:
        await stream.ended()
    assert stream.text == '{"data":{"hello":"x"}}'


async def test_a_mutation_by_get_is_not_executed_over_a_stream_either() -> None:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        params = {"query": "mutation { change }"}
        response = await client.get("/", params=params, headers={"accept": "text/event-stream"})
    assert "Mutations are not allowed" in response.text
    assert '"data"' not in response.text


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


async def test_credentials_withdrawn_while_the_body_arrives_open_no_stream() -> None:
    valid = {"ann", "bob"}

    async def identify(connection: Any, _payload: Any) -> str:
        token = connection.headers["x-token"]
        if token not in valid:
            raise Refused("UNAUTHENTICATED")
        return str(token)

    served = app(identify=identify)
    query = "subscription { count }"
    async with (
        Streaming(served, query, b"ann", body_is_late=True) as ann,
        Streaming(served, query, b"bob", body_is_late=True) as bob,
    ):
        await settle()
        valid.remove("ann")
        served.withdraw(lambda identity: identity == "ann")
        for stream in (ann, bob):
            stream.finish_body()
            await stream.ended()
        assert (ann.status, bob.status) == (401, 200)
