"""Pages of other origins: the original's answer, and the origins of the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Scope

from graph.app import create_app
from tests.rest.conftest import MOVERS, ROOT
from tests.world import settings

PAGE = "https://app.example.org"
OTHER = "https://evil.example.org"
ORIGINS = f"{PAGE}, http://localhost:3000"
ASKS = {"Origin": PAGE, "Access-Control-Request-Method": "PUT"}
MARKS = ("Access-Control-Allow-Origin", "Access-Control-Allow-Headers", "Vary")


@asynccontextmanager
async def asking(folder: Path, origins: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that is not open: what is asked here needs no AWS."""
    transport = httpx.ASGITransport(create_app(settings(folder, cors_origins=origins)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize("path", [MOVERS, f"{ROOT}/ping", "/nowhere", "/healthz"])
async def test_without_origins_a_preflight_is_answered_as_by_the_original(
    tmp_path: Path, path: str
) -> None:
    async with asking(tmp_path) as client:
        answer = await client.options(path, headers=ASKS)
        assert (answer.status_code, answer.content) == (200, b"")
        assert [answer.headers.get(name) for name in MARKS] == ["*", "X-Auth-Token", None]


async def test_without_origins_graphql_is_for_pages_of_its_own(tmp_path: Path) -> None:
    async with asking(tmp_path) as client:
        answer = await client.options("/graphql", headers=ASKS)
        assert answer.status_code == 405
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", [MOVERS, f"{ROOT}/ping", "/nowhere", "/graphql"])
async def test_with_origins_theirs_are_told_what_they_may_send(tmp_path: Path, path: str) -> None:
    async with asking(tmp_path, ORIGINS) as client:
        answer = await client.options(path, headers=ASKS)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert answer.headers["Vary"] == "Origin"
        assert {"PUT", "DELETE"} < set(answer.headers["Access-Control-Allow-Methods"].split(", "))
        taken = set(answer.headers["Access-Control-Allow-Headers"].split(", "))
        assert {"Authorization", "Content-Type", "X-Auth-Token"} < taken


@pytest.mark.parametrize("origin", [OTHER, "null", "https://app.example.org.evil.org", ""])
async def test_with_origins_no_other_is_told_anything(tmp_path: Path, origin: str) -> None:
    async with asking(tmp_path, ORIGINS) as client:
        for answer in (
            await client.options(MOVERS, headers=ASKS | {"Origin": origin}),
            await client.get(f"{ROOT}/ping", headers={"Origin": origin}),
        ):
            assert answer.status_code == 200
            assert [answer.headers.get(name) for name in MARKS] == [None, None, "Origin"]


async def test_with_origins_theirs_may_read_the_answer(tmp_path: Path) -> None:
    async with asking(tmp_path, ORIGINS) as client:
        answer = await client.get(f"{ROOT}/ping", headers={"Origin": "http://localhost:3000"})
        assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
        shown = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
        assert {"X-Items", "X-Flywheel-Task", "X-Request-Id", "Retry-After"} < shown
        refused = await client.post("/graphql", headers={"Origin": PAGE})
        assert refused.headers["Access-Control-Allow-Origin"] == PAGE


async def test_any_origin_can_be_allowed(tmp_path: Path) -> None:
    async with asking(tmp_path, "*") as client:
        answer = await client.get(f"{ROOT}/ping", headers={"Origin": OTHER})
        assert answer.headers["Access-Control-Allow-Origin"] == OTHER


SOCKETS = [
    ("", None, True),
    ("", "http://here:8080", True),
    ("", OTHER, False),
    (ORIGINS, None, True),
    (ORIGINS, PAGE, True),
    (ORIGINS, "http://here:8080", True),
    (ORIGINS, "http://here:8081", False),
    (ORIGINS, OTHER, False),
    (ORIGINS, "null", False),
    ("*", OTHER, True),
]


@pytest.mark.parametrize(("origins", "origin", "let_in"), SOCKETS)
async def test_a_websocket_of_a_foreign_page_is_refused(
    tmp_path: Path, origins: str, origin: str | None, *, let_in: bool
) -> None:
    app = create_app(settings(tmp_path, cors_origins=origins))
    headers = [(b"host", b"here:8080"), (b"sec-websocket-protocol", b"graphql-transport-ws")]
    scope: Scope = {
        "type": "websocket",
        "path": "/graphql",
        "query_string": b"",
        "headers": headers + ([(b"origin", origin.encode())] if origin else []),
        "subprotocols": ["graphql-transport-ws"],
    }
    come = iter(("websocket.connect", "websocket.disconnect"))
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": next(come), "code": 1001}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["type"] == ("websocket.accept" if let_in else "websocket.close")


@pytest.mark.parametrize("origin", ["example.org", "https://a.example/b", "https://", "null"])
def test_what_is_no_origin_stops_the_start(tmp_path: Path, origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin such as https://"):
        settings(tmp_path, cors_origins=f"{PAGE}, {origin}")
