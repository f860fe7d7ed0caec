"""GraphQL over HTTP and SSE, with a schema of ten lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.transport.small import app


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


async def post(http: httpx.AsyncClient, query: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await http.post("/", json={"query": query, **more})).json()
    return answer


async def test_a_query_is_answered(http: httpx.AsyncClient) -> None:
    response = await http.post("/", json={"query": "{ hello }"})
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "x"}})
    assert response.headers["x-request-id"]
    got = await http.get("/", params={"query": "{ hello }"})
    assert got.json() == {"data": {"hello": "x"}}


@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("PUT", {}, b"{}", 405),
        ("POST", {"content-type": "text/plain"}, b"{}", 415),
        ("POST", {"content-type": "application/jsonp"}, b"{}", 415),
        ("POST", {"accept": "image/png"}, b"{}", 406),
        ("POST", {"x-token": "bad"}, b"{}", 401),
        ("POST", {}, b"1", 400),
        ("POST", {}, b"null", 400),
        ("POST", {}, b'"x"', 400),
        ("POST", {}, b"[]", 400),
        ("POST", {}, b"\xff", 400),
        ("POST", {}, b"[" * 90_000, 400),
        ("POST", {}, b"x" * 100_001, 413),
        ("POST", {}, b'{"query": 1}', 400),
        ("POST", {}, b'{"query": "{ hello }", "operationName": 1}', 400),
        ("POST", {}, b'{"query": "{ hello }", "variables": 1}', 400),
        ("POST", {}, b'{"query": "subscription { count }"}', 400),
    ],
)
async def test_what_is_malformed_is_refused_as_graphql_json(
    http: httpx.AsyncClient, method: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    given = {"content-type": "application/json", **headers}
    response = await http.request(method, "/", content=body, headers=given)
    assert response.status_code == status, response.text
    assert response.json()["errors"][0]["message"]


async def test_a_mutation_by_get_is_a_405(http: httpx.AsyncClient) -> None:
    response = await http.get("/", params={"query": "mutation { change }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_an_accident_is_masked_and_a_coded_error_is_shown(http: httpx.AsyncClient) -> None:
    answer = await post(http, "{ broken coded }")
    shown = {error["path"][0]: error for error in answer["errors"]}
    assert shown["broken"]["message"] == "Internal error"
    assert shown["broken"]["extensions"]["code"] == "INTERNAL"
    assert (shown["coded"]["message"], shown["coded"]["extensions"]["code"]) == ("told", "NO_GOOD")


async def test_two_operations_need_a_name(http: httpx.AsyncClient) -> None:
    query = "query A { hello } query B { hello }"
    assert "operation name" in (await post(http, query))["errors"][0]["message"]
    assert (await post(http, query, operationName="B"))["data"] == {"hello": "x"}


def bomb(levels: int) -> str:
    spread = "".join(
        f"fragment f{n} on Query {{ a: again {{ ...f{n + 1} }} b: again {{ ...f{n + 1} }} }} "
        for n in range(levels)
    )
    return f"{{ ...f0 }} {spread} fragment f{levels} on Query {{ hello }}"


@pytest.mark.parametrize(
    "query",
    [
        bomb(13),
        bomb(22),
        "{ " + " ".join(f"a{n}: hello" for n in range(31)) + " }",
        "{ again { " * 15 + "hello" + " } }" * 15,
        "{ again(first: 1000000000) { again(first: 1000000000) { hello } } }",
        "{ hello " + "@skip(if: false) " * 51 + "}",
        "{ " + "hello " * 2001 + "}",
        "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "#" * 20_001,
    ],
)
async def test_a_hostile_document_is_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await post(http, query)
    assert "data" not in answer
    assert answer["errors"]


@pytest.mark.parametrize("query", ["{ helo }", "{ hello(frist: 1) }", "query($a: Strng) { hello }"])
async def test_nothing_is_suggested(http: httpx.AsyncClient, query: str) -> None:
    assert "Did you mean" not in str(await post(http, query))


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
