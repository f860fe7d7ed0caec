"""The parameters of a request: their types, empty ones, and hashes in the place of documents."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.transport.small import app
from tests.transport.wire import Socket

HASH = {"persistedQuery": {"version": 1, "sha256Hash": "a" * 64}}


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


@pytest.mark.parametrize(
    ("accept", "status"), [("application/json", 200), ("application/graphql-response+json", 422)]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_hash_alone_gets_the_answer_on_which_clients_send_the_document(
    method: str, accept: str, status: int
) -> None:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        given: dict[str, Any] = (
            {"json": {"extensions": HASH}}
            if method == "POST"
            else {"params": {"extensions": json.dumps(HASH)}}
        )
        response = await client.request(method, "/", headers={"accept": accept}, **given)
    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert error["message"] == "PersistedQueryNotSupported"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert "data" not in response.json()


async def test_a_hash_beside_its_document_is_ignored() -> None:
    response = await post(query="{ hello }", extensions=HASH)
    assert response.json() == {"data": {"hello": "x"}}


async def test_a_hash_over_a_socket_gets_the_same_answer_and_leaves_the_socket_open() -> None:
    async with Socket(app()) as wire:
        wire.say(
            {"type": "connection_init"},
            {"type": "subscribe", "id": "1", "payload": {"extensions": HASH}},
            {"type": "subscribe", "id": "2", "payload": {"query": "{ hello }"}},
        )
        await wire.until(lambda: {"type": "complete", "id": "2"} in wire.heard)
    (error,) = (message for message in wire.heard if message.get("id") == "1")
    assert error["type"] == "error"
    assert error["payload"][0]["message"] == "PersistedQueryNotSupported"
