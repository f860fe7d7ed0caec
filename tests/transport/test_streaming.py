"""Server-sent events: bounded in number, kept alive, and ended with their client."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.transport.small import app, closed, made
from tests.transport.wire import Streaming, settle

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


async def test_a_silent_stream_is_kept_alive() -> None:
    async with Streaming(app(keep_alive_seconds=0.01), ENDLESS) as stream:
        await stream.until(lambda: stream.text.count(": ping\n\n") == 3)
        assert stream.text.count("event: next") == 11


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


APOLLOS = b'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'


def parts(stream: Streaming) -> list[str]:
    """What a reader of multipart/mixed finds, with nothing around it."""
    before, *found, after = stream.text.split("--graphql")
    assert (before, after) == ("", "--\r\n")
    heads_and_bodies = [part.removesuffix("\r\n").split("\r\n\r\n") for part in found]
    assert {head for head, _ in heads_and_bodies} == {
        "\r\nContent-Type: application/json; charset=utf-8"
    }
    return [body for _, body in heads_and_bodies]


async def test_apollos_multipart_protocol_is_spoken_to_who_asks_for_it() -> None:
    async with Streaming(app(), "subscription { count(to: 2) }", accept=APOLLOS) as stream:
        await stream.ended()
    assert stream.headers["content-type"].startswith('multipart/mixed; boundary="graphql"')
    assert parts(stream) == [f'{{"payload":{{"data":{{"count":{n}}}}}}}' for n in (0, 1)]


async def test_a_silent_multipart_stream_is_kept_alive() -> None:
    served = app(keep_alive_seconds=0.01)
    async with Streaming(served, ENDLESS, accept=APOLLOS) as stream:
        await stream.until(lambda: stream.text.count("\r\n\r\n{}\r\n--graphql") == 2)


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
    assert "mutations are not allowed" in response.text
    assert '"data"' not in response.text
