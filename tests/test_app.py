"""The composition root: what is open when, and which part of the server answers which path."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.requests import HTTPConnection

from graph.app import ApplicationState, create_app
from graph.model.caller import Caller, Identity
from graph.sandbox import Sandbox
from tests.world import ask, client_of, serving, settings


async def test_nothing_is_opened_before_the_lifespan_begins(aws: Sandbox, tmp_path: Path) -> None:
    store = tmp_path / "store" / "db.sqlite"
    app = create_app(settings(tmp_path))
    assert not store.exists()
    async with client_of(app) as client:
        assert store.exists()
        assert (await client.get("/healthz")).text == "ok"
    assert [call.operation for call in aws.interceptor.calls()] == ["GetCallerIdentity"]


async def test_an_application_that_is_not_open_serves_nobody() -> None:
    state = ApplicationState("1")
    connection = HTTPConnection({"type": "http", "headers": []})
    with pytest.raises(RuntimeError, match="not open"):
        await state.identify(connection, None)
    with pytest.raises(RuntimeError, match="not open"):
        state.context(Caller(Identity("me")), "r")


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
