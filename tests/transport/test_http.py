"""GraphQL over HTTP, with a schema of ten lines."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from graph.model.errors import INTERNAL_ERROR
from tests.transport.small import app


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
        ("POST", {"accept": "application/json;q=0"}, b"{}", 406),
        ("POST", {"content-type": ""}, b"{}", 415),
        ("POST", {"content-type": "application/json; charset=latin-1"}, b"{}", 415),
        ("POST", {"content-length": "abc"}, b"{}", 400),
        ("POST", {"content-length": "-1"}, b"{}", 400),
        ("POST", {"content-length": "9" * 5_000}, b"{}", 413),
        ("POST", {"content-length": "100001"}, b"{}", 413),
        ("POST", {}, b"", 400),
        ("POST", {}, b'{"query": "{ hello }", "variables": {"a": ' + b"9" * 5_000 + b"}}", 400),
        ("POST", {}, b'{"query": "\\ud800"}', 400),
        ("GET", {}, b"", 400),
        ("POST", {}, b"1", 400),
        ("POST", {}, b"null", 400),
        ("POST", {}, b'"x"', 400),
        ("POST", {}, b"[]", 400),
        ("POST", {}, b"\xff", 400),
        ("POST", {}, b"[" * 30_000, 400),
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
    error = response.json()["errors"][0]
    assert error["message"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]


async def test_a_path_that_is_not_allowed_names_those_that_are(http: httpx.AsyncClient) -> None:
    response = await http.request("DELETE", "/")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_an_accident_before_graphql_is_masked_and_logged(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"x-token": "accident"}
    response = await http.post("/", json={"query": "{ hello }"}, headers=headers)
    error = response.json()["errors"][0]
    assert (response.status_code, error["message"]) == (500, INTERNAL_ERROR)
    assert error["extensions"]["code"] == "INTERNAL"
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert error["extensions"]["requestId"] in record.getMessage()


@pytest.mark.parametrize(
    ("accept", "media", "status"),
    [
        (None, "application/json", 200),
        ("*/*", "application/json", 200),
        ("application/json", "application/json", 200),
        ("application/graphql-response+json", "application/graphql-response+json", 422),
        (
            "application/json;q=0.5, application/graphql-response+json",
            "application/graphql-response+json",
            422,
        ),
        ("text/html, application/json", "application/json", 200),
    ],
)
async def test_the_media_type_decides_the_status_of_a_request_error(
    http: httpx.AsyncClient, accept: str | None, media: str, status: int
) -> None:
    headers = {"accept": accept} if accept else {}
    if accept is None:
        del http.headers["accept"]
    response = await http.post("/", json={"query": "{ nothing }"}, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (
        status,
        f"{media}; charset=utf-8",
    )
    assert "data" not in response.json()
    assert response.headers["vary"] == "Accept"


async def test_an_unknown_operation_is_a_request_error(http: httpx.AsyncClient) -> None:
    answer = await post(http, "query A { hello }", operationName="B")
    assert answer["errors"][0]["message"] == 'Unknown operation named "B".'
    assert "data" not in answer


async def test_a_mutation_by_get_is_a_405(http: httpx.AsyncClient) -> None:
    response = await http.get("/", params={"query": "mutation { change }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_an_accident_is_masked_and_a_coded_error_is_shown(http: httpx.AsyncClient) -> None:
    answer = await post(http, "{ broken coded }")
    shown = {error["path"][0]: error for error in answer["errors"]}
    assert shown["broken"]["message"] == INTERNAL_ERROR
    assert shown["broken"]["extensions"]["code"] == "INTERNAL"
    assert (shown["coded"]["message"], shown["coded"]["extensions"]["code"]) == ("told", "NO_GOOD")


async def test_two_operations_need_a_name(http: httpx.AsyncClient) -> None:
    query = "query A { hello } query B { hello }"
    assert "operation name" in (await post(http, query))["errors"][0]["message"]
    assert (await post(http, query, operationName="B"))["data"] == {"hello": "x"}


@pytest.mark.parametrize("stopping", [True, False])
@pytest.mark.parametrize("media", ["application/json", "application/graphql-response+json"])
async def test_a_request_that_is_cancelled_is_answered_if_the_server_stops(
    media: str, *, stopping: bool
) -> None:
    began = asyncio.Event()

    async def receive() -> Any:
        began.set()
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    sent: list[Any] = []
    graphql = app(body_seconds=60)
    headers = [(b"content-type", b"application/json"), (b"accept", media.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    request = asyncio.create_task(graphql(scope, receive, send))
    await began.wait()
    if stopping:
        graphql.stop()
    request.cancel()
    await asyncio.wait([request])
    assert request.cancelled() != stopping
    if stopping:
        start, body = sent
        given = dict(start["headers"])
        assert (start["status"], given[b"retry-after"]) == (503, b"5")
        assert given[b"content-type"] == f"{media}; charset=utf-8".encode()
        (error,) = orjson.loads(body["body"])["errors"]
        assert error["extensions"]["code"] == "SERVER_STOPPING"
