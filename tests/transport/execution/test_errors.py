"""An error looks the same on every transport, and an unexpected one is logged once."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from graphql import GraphQLError

from graph.model.errors import INTERNAL_ERROR, Throttled
from graph.transport.execution.errors import MOST, shown
from tests.transport.small import app
from tests.transport.wire import Socket, Streaming

Ask = Callable[[str], Awaitable[list[dict[str, Any]]]]


ENDS = {"complete", "error"}


async def by_post(query: str) -> list[dict[str, Any]]:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        errors: list[dict[str, Any]] = (await client.post("/", json={"query": query})).json()[
            "errors"
        ]
    return errors


async def by_stream(query: str) -> list[dict[str, Any]]:
    async with Streaming(app(), query) as stream:
        await stream.ended()
    data = [line[6:] for line in stream.text.splitlines() if line.startswith("data: {")]
    errors: list[dict[str, Any]] = json.loads(data[-1])["errors"]
    return errors


async def by_socket(query: str) -> list[dict[str, Any]]:
    subscribe = {"type": "subscribe", "id": "1", "payload": {"query": query}}
    async with Socket(app()) as wire:
        wire.say({"type": "connection_init"}, subscribe)
        await wire.until(lambda: bool(ENDS & {message["type"] for message in wire.heard}))
    told: Any = [m["payload"] for m in wire.heard if m["type"] in ("next", "error")][-1]
    errors: list[dict[str, Any]] = told if isinstance(told, list) else told["errors"]
    return errors


EVERY = pytest.mark.parametrize("ask", [by_post, by_stream, by_socket])
STREAMING = pytest.mark.parametrize("ask", [by_stream, by_socket])


@EVERY
async def test_an_accident_is_masked_and_logged_once(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    (error,) = await ask("{ broken }")
    assert (error["message"], error["path"]) == (INTERNAL_ERROR, ["broken"])
    assert error["extensions"]["code"] == "INTERNAL"
    _logged_once(caplog, error["extensions"]["requestId"])


@STREAMING
@pytest.mark.parametrize("after", [0, 2])
async def test_an_accident_of_a_subscription_is_masked_and_logged_once(
    ask: Ask, after: int, caplog: pytest.LogCaptureFixture
) -> None:
    (error,) = await ask(f"subscription {{ breaks(after: {after}) }}")
    assert error["message"] == INTERNAL_ERROR
    assert error["extensions"]["code"] == "INTERNAL"
    _logged_once(caplog, error["extensions"]["requestId"])


@EVERY
async def test_an_error_with_a_code_is_shown_and_not_logged(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    query = "{ coded }" if ask is by_post else "subscription { breaks(after: 1, coded: true) }"
    (error,) = await ask(query)
    assert (error["message"], error["extensions"]["code"]) == ("told", "NO_GOOD")
    assert error["extensions"]["requestId"]
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@EVERY
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_INVALID"),
        ("{ nothing }", "GRAPHQL_INVALID"),
        ("fragment A on Query { hello }", "GRAPHQL_INVALID"),
        ("query A { hello } query B { hello }", "GRAPHQL_INVALID"),
        ("query($n: Int!) { hello(first: $n) }", "GRAPHQL_INVALID"),
        ("#" * 20_001, "TOO_COSTLY"),
        ("{ again(first: 1000000) { hello } }", "TOO_COSTLY"),
    ],
)
async def test_a_clients_mistake_has_a_code_and_is_not_logged(
    ask: Ask, query: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    (error,) = await ask(query)
    assert error["extensions"]["code"] == code
    assert error["extensions"]["requestId"]
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def test_one_accident_in_two_places_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cause = RuntimeError("secret")
    errors = [GraphQLError("secret", path=[place], original_error=cause) for place in "ab"]
    told = shown(errors, lambda _: None, "r-1")
    assert [error.message for error in told] == [INTERNAL_ERROR] * 2
    _logged_once(caplog, "r-1")


def _logged_once(caplog: pytest.LogCaptureFixture, request_id: str) -> None:
    (record,) = (r for r in caplog.records if r.levelno >= logging.ERROR)
    assert request_id in record.getMessage()
    assert record.exc_info is not None
    assert "secret" in str(record.exc_info[1])


def test_few_errors_of_many_are_rendered_and_each_accident_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    causes = [RuntimeError("secret") for _ in range(3)]
    errors = [GraphQLError("m", path=[n], original_error=causes[n % 3]) for n in range(1_000)]
    told = shown(errors, lambda _: None, "r-1")
    assert [error.message for error in told] == [INTERNAL_ERROR] * MOST + [
        "900 more errors are left out."
    ]
    assert told[-1].extensions == {"code": "TOO_MANY_ERRORS", "requestId": "r-1"}
    assert len([r for r in caplog.records if r.levelno >= logging.ERROR]) == 3
    assert len(shown(errors[:MOST], lambda _: None, "r-1")) == MOST


@pytest.mark.parametrize(("wait", "told"), [(None, None), (0.2, 1), (5.0, 5)])
def test_an_error_that_knows_when_it_will_be_over_says_so(
    wait: float | None, told: int | None
) -> None:
    cause = Throttled("slow down", wait=wait)
    error = GraphQLError(str(cause), original_error=cause)
    (one,) = shown([error], lambda error: getattr(error, "code", None), "r")
    assert (one.extensions or {}).get("retryAfter") == told
