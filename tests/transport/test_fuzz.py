"""Anything at all, by HTTP or to a socket: an answer or a clean close, never a crash."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transport.small import app
from tests.transport.wire import Socket, settle

QUERIES = st.sampled_from(
    [
        "{ hello }",
        "{ hello",
        "query A { hello } query B { hello }",
        "query($n: Int) { again(first: $n) { hello } }",
        "query($i: [ID!]!) { some(ids: $i) { hello } }",
        "query($c: Colour) { hello(colour: $c) }",
        "mutation { change }",
        "subscription { count }",
        "{ again(first: 1000000000) { hello } }",
        "{ __schema { types { name } } }",
        "fragment A on Query { hello }",
        "",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | QUERIES
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "n", "i", "c", "query"]), inner, max_size=3)
    ),
    max_leaves=8,
)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "query": QUERIES | VALUES,
        "variables": st.dictionaries(st.sampled_from(["n", "i", "c"]), VALUES) | VALUES,
        "operationName": st.sampled_from(["A", "B", ""]) | VALUES,
        "extensions": VALUES,
    },
)
BODIES = st.binary(max_size=200) | st.one_of(REQUESTS, VALUES).map(lambda v: json.dumps(v).encode())
TYPES = st.sampled_from(
    ["connection_init", "ping", "pong", "subscribe", "complete", "next", "error", "nonsense"]
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "type": TYPES | VALUES,
        "id": st.sampled_from(["1", "2", ""]) | VALUES,
        "payload": REQUESTS | VALUES,
    },
)
FRAMES = st.lists(
    st.one_of(
        MESSAGES.map(lambda m: {"type": "websocket.receive", "text": json.dumps(m)}),
        st.text(max_size=50).map(lambda t: {"type": "websocket.receive", "text": t}),
        st.binary(max_size=50).map(lambda b: {"type": "websocket.receive", "bytes": b}),
        st.just({"type": "websocket.receive", "text": '{"type":"connection_init"}'}),
    ),
    max_size=8,
)
HEADERS = st.fixed_dictionaries(
    {"content-type": st.sampled_from(["application/json", "text/plain", "", ";;", "a/b; charset"])},
    optional={
        "accept": st.sampled_from(
            ["*/*", "text/event-stream", "application/graphql-response+json", ";q=", ",", "a;q=x"]
        )
        | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
        "content-length": st.sampled_from(["0", "-1", "abc", "99999999999999999999"]),
    },
)
pytestmark = pytest.mark.timeout(240)
MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@MANY
@given(BODIES, HEADERS, st.sampled_from(["POST", "GET", "PUT", "DELETE"]))
def test_any_request_has_an_answer(
    caplog: pytest.LogCaptureFixture, body: bytes, headers: dict[str, str], method: str
) -> None:
    caplog.clear()
    response = asyncio.run(_answer(method, body, headers))
    assert response.status_code < 500, response.text
    if response.headers["content-type"].startswith("text/event-stream"):
        assert response.text.endswith("event: complete\ndata:\n\n")
    else:
        shown = response.json()
        assert shown.keys() <= {"data", "errors", "extensions"}
        for error in shown.get("errors", ()):
            assert error["message"]
            assert error["extensions"]["code"] != "INTERNAL"
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@MANY
@given(QUERIES, VALUES, VALUES)
def test_any_query_string_has_an_answer(query: str, variables: Any, name: Any) -> None:
    given_ = {"query": query, "variables": json.dumps(variables), "operationName": str(name)}
    params = {key: value.encode("utf-8", "replace") for key, value in given_.items()}
    response = asyncio.run(_answer("GET", b"", {}, params))
    assert response.status_code < 500, response.text
    assert response.json().keys() <= {"data", "errors"}


@MANY
@given(FRAMES)
def test_any_message_has_an_answer_or_a_clean_close(
    caplog: pytest.LogCaptureFixture, frames: list[dict[str, Any]]
) -> None:
    caplog.clear()
    asyncio.run(_talked(frames))
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def _answer(
    method: str, body: bytes, headers: dict[str, str], params: Any = None
) -> httpx.Response:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        return await client.request(method, "/", content=body, headers=headers, params=params)


async def _talked(frames: list[dict[str, Any]]) -> None:
    served = app()
    async with Socket(served) as wire:
        wire.tell(*frames)
        await settle()
        if wire.closed_with is None:
            wire.leave()
        else:
            code, reason = wire.closed_with
            assert 4400 <= code < 4500
            assert 0 < len(reason.encode()) <= 123
        await wire.ended()
        for message in wire.heard:
            assert message["type"] in ("connection_ack", "pong", "next", "error", "complete")
            assert "INTERNAL" not in json.dumps(message)
    async with Socket(served) as another:  # it still answers
        another.say({"type": "connection_init"})
        await another.until(lambda: another.heard == [{"type": "connection_ack"}])
    assert asyncio.all_tasks() == {asyncio.current_task()}
