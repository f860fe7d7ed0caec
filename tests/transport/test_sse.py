"""Server-sent events: how they are framed, kept alive, and ended."""

from __future__ import annotations

import json

import httpx
import pytest

from graph.transport.accept import GRAPHQL
from tests.transport.small import WITHDRAWN, app, closed, is_ann
from tests.transport.wire import Streaming

ENDLESS = "subscription { count(to: 11) }"


async def test_a_stream_that_the_server_stops_ends_without_complete() -> None:
    served = app()
    async with Streaming(served, ENDLESS) as stream:
        await stream.until(lambda: stream.text.count("event: next") == 11)
        closed.clear()
        served.stop()
        await stream.ended()
    assert stream.text.endswith("\n\nretry: 1000\n\n")
    assert "complete" not in stream.text  # which would be final: clients reconnect
    assert stream.sent[-1]["more_body"] is False
    assert closed.is_set()


async def test_a_stream_of_withdrawn_credentials_ends_with_an_error_and_complete() -> None:
    served = app()
    async with Streaming(served, ENDLESS, b"ann") as hers, Streaming(served, ENDLESS) as other:
        await hers.until(lambda: hers.text.count("event: next") == 11)
        await other.until(lambda: other.text.count("event: next") == 11)
        served.withdraw(is_ann)
        await hers.ended()
        assert not other.task.done()
    last = hers.text.rpartition("event: next\ndata: ")[2]
    data, _, rest = last.partition("\n\n")
    assert json.loads(data) == {"errors": [WITHDRAWN]}
    assert rest == "event: complete\ndata:\n\n"
    assert hers.sent[-1]["more_body"] is False


async def test_a_silent_stream_is_kept_alive() -> None:
    async with Streaming(app(keep_alive_seconds=0.01), ENDLESS) as stream:
        await stream.until(lambda: stream.text.count(": ping\n\n") == 3)
        assert stream.text.count("event: next") == 11


async def test_sse_events_end_in_line_feeds_and_are_preferred_only_when_first(
    http: httpx.AsyncClient,
) -> None:
    body = {"query": "subscription { count }"}
    response = await http.post("/", json=body, headers={"accept": "text/event-stream"})
    assert "\r" not in response.text
    assert response.text.count("event: next\n") == 3
    assert "event: complete\n" in response.text
    last = {"accept": "application/json, text/event-stream"}
    plain = await http.post("/", json={"query": "{ hello }"}, headers=last)
    assert plain.json() == {"data": {"hello": "x"}}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/json, text/event-stream", "text/event-stream"),
        (f"{GRAPHQL}, application/json, text/event-stream, multipart/mixed", "text/event-stream"),
        (
            'application/json, multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
            "multipart/mixed",
        ),
        ("*/*, text/event-stream;q=0.1", "text/event-stream"),
    ],
)
async def test_a_subscription_is_streamed_wherever_a_stream_is_accepted(
    http: httpx.AsyncClient, method: str, accept: str, media: str
) -> None:
    given = {"query": "subscription { count }"}
    headers = {"accept": accept}
    if method == "POST":
        response = await http.post("/", json=given, headers=headers)
    else:
        response = await http.get("/", params=given, headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(media)
    assert response.text.count('"count":') == 3
