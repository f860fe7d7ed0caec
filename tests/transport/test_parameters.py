"""The parameters of a request: their types, and empty ones."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.transport.small import app


async def get(**params: str) -> httpx.Response:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        return await client.get("/", params=params)


async def post(**body: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        return await client.post("/", json=body, headers={"accept": body.pop("accept", "*/*")})


@pytest.mark.parametrize("empty", ["variables", "operationName", "extensions"])
async def test_an_empty_parameter_of_a_url_equals_an_absent_one(empty: str) -> None:
    response = await get(query="{ hello }", **{empty: ""})
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "x"}})


@pytest.mark.parametrize("name", ["variables", "operationName", "extensions"])
async def test_null_equals_absence(name: str) -> None:
    assert (await post(query="{ hello }", **{name: None})).json() == {"data": {"hello": "x"}}


async def test_an_operation_may_be_named_null() -> None:
    query = "query null { hello } query other { again { hello } }"
    assert (await get(query=query, operationName="null")).json() == {"data": {"hello": "x"}}


@pytest.mark.parametrize(
    "params",
    [
        {"query": "{ hello }", "variables": "{"},
        {"query": "{ hello }", "variables": "[]"},
        {"query": "{ hello }", "extensions": "1"},
        {"query": ""},
        {"variables": "{}"},
    ],
)
async def test_a_malformed_url_is_a_bad_request(params: dict[str, str]) -> None:
    response = await get(**params)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_an_answer_to_a_get_is_not_cached() -> None:
    response = await get(query="{ hello }")
    assert response.headers["cache-control"] == "private, no-store"
