"""The composition root: what is open when, and which part of the server answers which path."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from graph.app import application, create_app
from graph.app.configured_rights import RightsByName
from graph.app.graphql import configured_schema, graphql_app
from graph.app.state import ApplicationState
from graph.auth import Authenticator
from graph.concurrency import Waits, Withdrawn
from graph.config.settings import Settings
from graph.model.manifest import hash_of
from graph.observability.metrics import (
    AUTHENTICATIONS,
    AUTHENTICATIONS_REJECTED,
    GRAPHQL_OPERATIONS,
)
from graph.observability.version import read_version
from graph.sandbox import Sandbox
from tests.transport.wire import Socket
from tests.world import HEADERS, ask, client_of, serving, settings


async def test_nothing_is_opened_before_the_lifespan_begins(aws: Sandbox, tmp_path: Path) -> None:
    store = tmp_path / "store" / "db.sqlite"
    app = create_app(settings(tmp_path))
    assert not store.exists()
    async with client_of(app) as client:
        assert store.exists()
        assert (await client.get("/healthz")).text == "ok"
    assert [call.operation for call in aws.interceptor.calls()] == ["GetCallerIdentity"]


async def test_an_application_that_was_closed_opens_again(aws: Sandbox, tmp_path: Path) -> None:
    for _ in range(2):
        async with serving(tmp_path) as client:
            assert (await ask(client, "{ viewer { name } }"))["viewer"] == {"name": "default"}


PUBLIC = [("/healthz", 200), ("/v1/datasync/ping", 200), ("/v1/datasync/version", 200)]


@pytest.mark.parametrize(("path", "status"), PUBLIC)
async def test_probes_need_no_token(aws: Sandbox, tmp_path: Path, path: str, status: int) -> None:
    async with serving(tmp_path) as client:
        answer = await client.get(path, headers={"X-Auth-Token": ""})
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz/", "/graphql/", "/graphql/x", "/v1"])
async def test_any_path_that_is_not_the_servers_own_is_the_rest_apis(
    aws: Sandbox, tmp_path: Path, path: str
) -> None:
    async with serving(tmp_path) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.text) == (404, "404 page not found\n")
    assert answer.headers["X-Request-Id"]


async def test_the_schema_is_served_to_callers_as_it_is_in_the_repository(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with serving(tmp_path) as client:
        answer = await client.get("/graphql/schema.graphql")
        assert answer.text == (Path(__file__).parents[2] / "schema.graphql").read_text("utf-8")
        nobody = await client.get("/graphql/schema.graphql", headers={"X-Auth-Token": "wrong"})
    assert nobody.status_code == 401
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_two_applications_of_one_process_have_keys_of_their_own(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with (
        serving(tmp_path / "one") as one,
        serving(tmp_path / "two", token="another key") as two,
    ):
        statuses = [await status_of(client) for client in (one, two)]
    assert statuses == [200, 401]


async def status_of(client: httpx.AsyncClient) -> int:
    answer = await client.post("/graphql", json={"query": "{ viewer { name } }"})
    return answer.status_code


async def test_a_server_without_keys_is_not_ready_before_it_has_those_of_its_issuers(
    aws: Sandbox, tmp_path: Path, unused_tcp_port: int
) -> None:
    rule = {"name": "all", "scope": "movers"}
    issuer: dict[str, object] = {
        "name": "idp",
        "issuer": "https://idp.example.org",
        "audience": "us",
        "jwks_url": f"http://127.0.0.1:{unused_tcp_port}/keys",
        "rules": [rule],
    }
    async with serving(tmp_path / "one", token=None, issuers=[issuer]) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["issuers"]) == (503, "failed")
    async with serving(tmp_path / "two", issuers=[issuer]) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, "issuers" in answer.json()["checks"]) == (200, False)


CREDENTIALS = {
    ("token", "ok"): HEADERS,
    ("token", "rejected"): {"X-Auth-Token": "wrong"},
    ("key", "rejected"): {"X-Auth-Token": "", "Authorization": "Bearer wrong"},
    ("jwt", "rejected"): {"X-Auth-Token": "", "Authorization": "Bearer a.b.c"},
    ("none", "rejected"): {"X-Auth-Token": ""},
}
REASONS = [
    ("token", "malformed"),
    ("key", "unknown"),
    ("jwt", "unknown"),  # there is no issuer, so that it could only be a key
    ("none", "missing"),
]


async def test_credentials_are_counted_by_kind_and_outcome(aws: Sandbox, tmp_path: Path) -> None:
    def counted() -> list[float]:
        return [AUTHENTICATIONS.labels(*each)._value.get() for each in CREDENTIALS] + [
            AUTHENTICATIONS_REJECTED.labels(*each)._value.get() for each in REASONS
        ]

    async with serving(tmp_path) as client:
        for number, headers in enumerate(CREDENTIALS.values()):
            before = counted()
            await client.post("/graphql", json={"query": VIEWER}, headers=headers)
            now = {number, number + len(REASONS)} if number else {0}
            expected = [value + (index in now) for index, value in enumerate(before)]
            assert counted() == expected
        metrics = (await client.get("/v1/datasync/metrics")).text
    assert f'datasync_api_build_info{{commit="{read_version().githash}"' in metrics


VIEWER = "query Viewer { viewer { name } }"
PERSISTED = {"v-1": VIEWER, "v-2": "{ viewer { name } }"}
OPERATIONS = {
    ("Viewer", "query", "http", "ok"): {"documentId": "v-1"},
    ("anonymous", "query", "http", "ok"): {"documentId": "v-2"},
    ("other", "query", "http", "ok"): {"query": "query MadeUp { viewer { name } }"},
    ("other", "query", "http", "error"): {"query": 'query Viewer { account(id: "1") { id } }'},
    ("none", "none", "http", "error"): {"query": "{ nothing }"},
}


async def test_operations_are_counted_by_the_names_of_persisted_documents_only(
    aws: Sandbox, tmp_path: Path
) -> None:
    def counted() -> list[float]:
        return [GRAPHQL_OPERATIONS.labels(*each)._value.get() for each in OPERATIONS]

    async with client_of(create_app(settings(tmp_path, persisted_documents=PERSISTED))) as client:
        for number, request in enumerate(OPERATIONS.values()):
            for _ in range(2):  # the second time, the operation is known
                before = counted()
                await client.post("/graphql", json=request)
                assert counted() == [
                    value + (number == index) for index, value in enumerate(before)
                ]
        metrics = (await client.get("/v1/datasync/metrics")).text
    assert "MadeUp" not in metrics


async def test_a_manifest_serves_its_documents_on_every_transport(
    aws: Sandbox, tmp_path: Path
) -> None:
    app = create_app(settings(tmp_path, persisted_documents={"v-1": VIEWER}, persisted_only=True))
    result = {"data": {"viewer": {"name": "default"}}}
    async with client_of(app) as client:
        by_get = await client.get("/graphql", params={"documentId": "v-1"})
        by_post = await client.post("/graphql", json={"documentId": f"sha256:{hash_of(VIEWER)}"})
        assert by_get.json() == by_post.json() == result
        for text in ("{ viewer { name } }", "{ __schema { queryType { name } } }"):
            refused = await client.post("/graphql", json={"query": text})
            assert refused.status_code == 403
            assert refused.json()["errors"][0]["extensions"]["code"] == "OPERATION_NOT_ALLOWLISTED"
        async with Socket(app, path="/graphql") as wire:
            wire.say(
                {"type": "connection_init", "payload": HEADERS},
                {"type": "subscribe", "id": "1", "payload": {"documentId": "v-1"}},
                {"type": "subscribe", "id": "2", "payload": {"query": "{ viewer { name } }"}},
            )
            await wire.until(lambda: {m["type"] for m in wire.heard} >= {"complete", "error"})
    assert [m["payload"] for m in wire.heard if m["type"] == "next"] == [result]


@pytest.mark.parametrize(
    ("offered", "expected"), [("on", None), ("off", "PersistedQueryNotSupported")]
)
async def test_clients_may_register_documents_where_the_settings_say_so(
    aws: Sandbox, tmp_path: Path, offered: str, expected: str | None
) -> None:
    known = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(VIEWER)}}}
    async with serving(tmp_path, automatic_persisted_queries=offered) as client:
        assert "data" in (await client.post("/graphql", json={"query": VIEWER, **known})).json()
        answer = (await client.post("/graphql", json=known)).json()
    message = answer["errors"][0]["message"] if "errors" in answer else None
    assert message == expected


async def test_a_change_of_keys_ends_the_waits_of_changed_keys_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given(group: str) -> Settings:
        names = {"kept": "g", "changed": group}
        tables = [{"name": n, "key": f"key of {n}", "groups": [g]} for n, g in names.items()]
        return settings(tmp_path, keys=tables)

    waits = Waits()

    async def wait(key: str) -> None:
        async with waits.at_most(3_600, key):
            await asyncio.Event().wait()

    before, after = given("g"), given("h")
    monkeypatch.setattr(application, "load_keys", lambda: after)
    graphql = graphql_app(before, ApplicationState("1"), configured_schema(before))
    auth = Authenticator(before.all_keys)
    kept, changed = (asyncio.create_task(wait(name)) for name in ("kept", "changed"))
    await asyncio.sleep(0)
    await application._reload_keys(auth, RightsByName.of(before), graphql, waits)
    with pytest.raises(Withdrawn):
        await asyncio.wait_for(changed, 10)
    assert not kept.done()
    waits.end()
    await kept
    await auth.aclose()
