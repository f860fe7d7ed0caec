"""Documents that a request names by an id or a hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx
import pytest

from graph.model.manifest import Manifest
from graph.transport.execution.persisted import PersistedDocuments
from graph.transport.execution.request import DocumentReference, RequestError
from tests.transport.small import app, schema_with
from tests.transport.wire import Socket

HELLO = "{ hello }"
OTHER = "{ again { hello } }"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def automatic(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}}


def client(persisted: PersistedDocuments) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app(schema=schema_with(persisted)))
    headers = {"accept": "application/graphql-response+json"}
    return httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers)


def in_url(body: dict[str, Any]) -> dict[str, str]:
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in body.items()}


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


TRUSTED = Manifest({"md5-of-relay": HELLO, "b": "mutation { change }"}, is_exclusive=True)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_document_is_registered_by_its_hash(method: str) -> None:
    async with client(PersistedDocuments()) as http:

        async def ask(body: dict[str, Any]) -> httpx.Response:
            if method == "POST":
                return await http.post("/", json=body)
            return await http.get("/", params=in_url(body))

        unknown = await ask(automatic(HELLO))
        assert (unknown.status_code, code(unknown)) == (422, "PERSISTED_QUERY_NOT_FOUND")
        assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert (await ask({"query": HELLO, **automatic(HELLO)})).status_code == 200
        assert (await ask(automatic(HELLO))).json() == {"data": {"hello": "x"}}
        by_id = await ask({"documentId": f"sha256:{digest(HELLO)}"})
        assert by_id.json() == {"data": {"hello": "x"}}


@pytest.mark.parametrize("text", ["{ nope }", "{", "{ hello"])
async def test_an_invalid_document_is_not_registered(text: str) -> None:
    async with client(PersistedDocuments()) as http:
        await http.post("/", json={"query": text, **automatic(text)})
        again = await http.post("/", json=automatic(text))
    assert code(again) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("reference", [automatic(OTHER), {"documentId": f"sha256:{digest(OTHER)}"}])
async def test_a_document_with_another_hash_is_rejected_and_not_registered(
    reference: dict[str, Any],
) -> None:
    async with client(PersistedDocuments()) as http:
        response = await http.post("/", json={"query": HELLO, **reference})
        assert (response.status_code, code(response)) == (422, "BAD_REQUEST")
        for known in (automatic(HELLO), automatic(OTHER)):
            assert code(await http.post("/", json=known)) == "PERSISTED_QUERY_NOT_FOUND"


async def test_without_automatic_registration_clients_are_told_to_send_the_document() -> None:
    async with client(PersistedDocuments(automatic=False)) as http:
        assert (await http.post("/", json={"query": HELLO, **automatic(HELLO)})).is_success
        response = await http.post("/", json=automatic(HELLO))
    assert code(response) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert response.json()["errors"][0]["message"] == "PersistedQueryNotSupported"


@pytest.mark.parametrize(
    "persisted",
    [
        {},
        {"version": 2, "sha256Hash": "a" * 64},
        {"version": 1, "sha256Hash": "A" * 64},
        {"version": 1, "sha256Hash": 7},
        {"version": 1, "sha256Hash": "a" * 65},
        "a" * 64,
        ["a" * 64],
        False,
    ],
)
async def test_a_malformed_hash_is_not_well_formed(persisted: Any) -> None:
    async with client(PersistedDocuments()) as http:
        body = {"query": HELLO, "extensions": {"persistedQuery": persisted}}
        response = await http.post("/", json=body)
    assert (response.status_code, code(response)) == (422, "BAD_REQUEST")


@pytest.mark.parametrize("reference", ["md5-of-relay", f"sha256:{digest(HELLO)}"])
async def test_a_manifest_is_known_from_the_start(reference: str) -> None:
    async with client(PersistedDocuments(Manifest({"md5-of-relay": HELLO}))) as http:
        response = await http.get("/", params={"documentId": reference})
        assert response.json() == {"data": {"hello": "x"}}
        assert (await http.post("/", json={"query": OTHER})).is_success
        unknown = await http.get("/", params={"documentId": "x-unknown"})
    assert (unknown.status_code, code(unknown)) == (422, "PERSISTED_DOCUMENT_NOT_FOUND")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_document_that_is_not_the_one_of_its_id_is_rejected(method: str) -> None:
    async with client(PersistedDocuments(Manifest({"md5-of-relay": HELLO}))) as http:
        for text, status in ((HELLO, 200), (OTHER, 422)):
            given = {"query": text, "documentId": "md5-of-relay"}
            sent = {"params": given} if method == "GET" else {"json": given}
            response = await http.request(method, "/", **sent)  # type: ignore[arg-type]
            assert response.status_code == status
        assert code(response) == "BAD_REQUEST"


async def test_a_hash_that_apollo_sends_may_be_an_id_of_the_manifest() -> None:
    made_otherwise = "0" * 64
    async with client(PersistedDocuments(Manifest({made_otherwise: HELLO}))) as http:
        persisted = {"version": 1, "sha256Hash": made_otherwise}
        response = await http.post("/", json={"extensions": {"persistedQuery": persisted}})
    assert response.json() == {"data": {"hello": "x"}}


async def test_an_exclusive_manifest_admits_nothing_else() -> None:
    async with client(PersistedDocuments(TRUSTED)) as http:
        assert (await http.post("/", json={"query": HELLO})).is_success
        for text in (OTHER, "{ __schema { queryType { name } } }", "{ hello  }"):
            refused = await http.post("/", json={"query": text, **automatic(text)})
            assert (refused.status_code, code(refused)) == (403, "OPERATION_NOT_ALLOWLISTED")
            assert "data" not in refused.json()
            assert code(await http.post("/", json=automatic(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_mutation_of_a_manifest_is_not_executed_by_get() -> None:
    async with client(PersistedDocuments(TRUSTED)) as http:
        assert (await http.get("/", params={"documentId": "b"})).status_code == 405
        assert (await http.post("/", json={"documentId": "b"})).is_success


async def test_a_socket_takes_ids_too_and_survives_unknown_ones() -> None:
    schema = schema_with(PersistedDocuments(Manifest({"h": HELLO})))
    async with Socket(app(schema=schema)) as wire:
        wire.say(
            {"type": "connection_init"},
            {"type": "subscribe", "id": "1", "payload": {"documentId": "nope"}},
            {"type": "subscribe", "id": "2", "payload": automatic(OTHER)},
            {"type": "subscribe", "id": "3", "payload": {"documentId": "h"}},
        )
        await wire.until(lambda: {"type": "complete", "id": "3"} in wire.heard)
    said = {message["id"]: message for message in wire.heard if message["type"] == "error"}
    codes = {key: each["payload"][0]["extensions"]["code"] for key, each in said.items()}
    assert codes == {"1": "PERSISTED_DOCUMENT_NOT_FOUND", "2": "PERSISTED_QUERY_NOT_FOUND"}
    results = [m["payload"] for m in wire.heard if m["type"] == "next"]
    assert results == [{"data": {"hello": "x"}}]


def test_what_clients_register_is_bounded() -> None:
    documents = PersistedDocuments()
    texts = [f"{{ hello }} # {number} {'x' * 100_000}" for number in range(30)]
    for text in texts:
        documents.register(text, DocumentReference(automatic_hash=digest(text)))
    assert documents.text_of("", DocumentReference(automatic_hash=digest(texts[-1]))) == texts[-1]
    with pytest.raises(RequestError, match="PersistedQueryNotFound"):
        documents.text_of("", DocumentReference(automatic_hash=digest(texts[0])))
