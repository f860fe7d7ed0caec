"""The schema as a document: for identified callers only, and once until it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from graphql import build_schema, lexicographic_sort_schema, print_schema
from starlette.requests import HTTPConnection

from graph.transport import SchemaDocument
from tests.transport.small import SCHEMA, Query, Refused

REJECTED = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "THROTTLED": 429}


async def identify(connection: HTTPConnection, _payload: Mapping[str, Any] | None) -> str:
    token = connection.headers.get("x-token", "ann")
    if token in REJECTED:
        raise Refused(token)
    if token == "broken":
        raise RuntimeError(token)
    return token


async def ask(method: str = "GET", **headers: str) -> httpx.Response:
    app = SchemaDocument(SCHEMA, identify)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(method, "/", headers=named)


async def test_a_tool_can_build_the_schema_from_it() -> None:
    answer = await ask()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    one, other = (lexicographic_sort_schema(it) for it in (build_schema(answer.text), SCHEMA.core))
    assert print_schema(one) == print_schema(other)


@pytest.mark.parametrize(("code", "status"), REJECTED.items())
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
async def test_a_rejected_caller_learns_nothing(code: str, status: int, method: str) -> None:
    answer = await ask(method, x_token=code)
    assert answer.status_code == status
    assert Query.__name__ not in answer.text
    if method != "HEAD":
        error = answer.json()["errors"][0]["extensions"]
        assert (error["code"], error["requestId"]) == (code, answer.headers["x-request-id"])


async def test_an_unexpected_error_is_not_taken_for_a_rejection() -> None:
    with pytest.raises(RuntimeError):
        await ask(x_token="broken")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "ODD"])
async def test_it_can_only_be_read(method: str) -> None:
    answer = await ask(method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("condition", ["{}", "W/{}", '"other", {}', '{},"other"', ' W/"x" ,W/{} '])
async def test_a_tool_that_has_it_is_told_so(condition: str) -> None:
    tag = (await ask()).headers["etag"]
    answer = await ask(if_none_match=condition.format(tag))
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize("condition", ["", '"other"', "W/x", ",", "\x7f"])
async def test_a_tool_that_has_another_gets_it(condition: str) -> None:
    assert (await ask(if_none_match=condition)).status_code == 200
