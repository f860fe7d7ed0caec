"""One authentication for REST, GraphQL over HTTP, SSE and WebSocket, over a real server."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import websockets

from graph.auth import token_for
from graph.sandbox import Sandbox
from tests.api_server import Server
from tests.auth.issuers.provider import AUDIENCE, URL, claims, key_set, token
from tests.world import KEY, LAB, TOKEN, furnish

BEARER = "a long and random key"
KEYS = f"""
[[keys]]
name = "by-digest"
sha256 = "{hashlib.sha256(BEARER.encode()).hexdigest()}"
forwarded_user = true

[[keys]]
name = "in-clear"
key = "known in clear"
"""
RIGHT = {
    "a token": ({"X-Auth-Token": TOKEN}, "default"),
    "a bearer": ({"Authorization": f"Bearer {BEARER}"}, "by-digest"),
    "a bearer in clear": ({"Authorization": "Bearer known in clear"}, "in-clear"),
    "a token of it": ({"X-Auth-Token": token_for("known in clear", 4)}, "in-clear"),
    "for a user": ({"Authorization": f"bearer {BEARER}", "X-Forwarded-User": "ann"}, "ann"),
}
NOW = int(time.time())
ISSUED = token(body=claims(iat=NOW, exp=NOW + 3_600))
ISSUERS = f"""
[[issuers]]
name = "research"
issuer = "{URL}"
audience = "{AUDIENCE}"
jwks_file = "KEYS"
[[issuers.rules]]
name = "writers"
claim = "roles"
values = ["writer"]
write = true
"""
RIGHT["an issued token"] = ({"Authorization": f"Bearer {ISSUED}"}, "research:ann")
RIGHT["the same for a user"] = (
    {"Authorization": f"Bearer {ISSUED}", "X-Forwarded-User": "ceo"},
    "research:ann",
)
WRONG: dict[str, dict[str, str]] = {
    "missing": {},
    "empty": {"X-Auth-Token": ""},
    "the plain key": {"X-Auth-Token": KEY},
    "malformed": {"X-Auth-Token": "$2b$10$short"},
    "wrong": {"X-Auth-Token": token_for("another", 4)},
    "too costly": {"X-Auth-Token": "$2b$31$" + "a" * 53},
    "the key as a bearer": {"Authorization": f"Bearer {KEY}"},
    "a wrong bearer": {"Authorization": "Bearer no"},
    "an empty bearer": {"Authorization": "Bearer"},
    "an expired token": {
        "Authorization": f"Bearer {token(body=claims(iat=NOW - 60, exp=NOW - 31))}"
    },
    "a token of nobody": {"Authorization": f"Bearer {ISSUED[:-9]}"},
    "an issued token in the other header": {"X-Auth-Token": ISSUED},
    "basic": {"Authorization": "Basic dXNlcjpwYXNz"},
}
QUERY = {"query": "{ viewer { name onBehalfOf } }"}
FOLLOW = {"query": 'subscription { runProgress(run: "x") { sequence } }'}
VARYING = ("date", "x-request-id")


@pytest.fixture
async def server(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Server]:
    furnish(aws)
    (tmp_path / "keys.toml").write_text(KEYS)
    (tmp_path / "keys.json").write_text(key_set())
    (tmp_path / "issuers.toml").write_text(ISSUERS.replace("KEYS", f"{tmp_path}/keys.json"))
    keys, issuers = (f"{tmp_path}/{name}.toml" for name in ("keys", "issuers"))
    async with Server(aws, tmp_path, KEYS=keys, ISSUERS=issuers) as server:
        yield server


@pytest.mark.timeout(150)  # real servers start in it
async def test_every_transport_accepts_every_key(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        for headers, name in RIGHT.values():
            listed = await client.get(f"/v1/datasync/{LAB}/movers", headers=headers)
            assert listed.status_code == 200
            viewer = (await client.post("/graphql", json=QUERY, headers=headers)).json()
            assert name in viewer["data"]["viewer"].values()
            stream = headers | {"Accept": "text/event-stream"}
            streamed = await client.post("/graphql", json=FOLLOW, headers=stream)
            assert streamed.headers["content-type"].startswith("text/event-stream")
            upper = {entry.upper(): value for entry, value in headers.items()}
            for given, payload in ((headers, None), ({}, headers), ({}, upper)):
                shown = await by_socket(server, given, payload)
                assert name in shown["data"]["viewer"].values()


MIXED = {
    "another user": (RIGHT["for a user"][0], {"X-Forwarded-User": "ceo"}, "ann"),
    "a user": (RIGHT["a bearer"][0], {"x-forwarded-user": "ceo"}, None),
    "another token": (RIGHT["for a user"][0], RIGHT["a token"][0], "ann"),
    "a token and a user": (
        RIGHT["a bearer"][0],
        RIGHT["a token"][0] | {"X-Forwarded-User": "ceo"},
        None,
    ),
    "another bearer": (
        RIGHT["a token"][0],
        RIGHT["a bearer"][0] | {"X-Forwarded-User": "ceo"},
        None,
    ),
}
"""What the handshake's headers and the payload say, and for whom the caller acts."""


@pytest.mark.timeout(150)  # real servers start in it
async def test_a_payload_adds_nothing_to_the_headers_of_a_proxy(server: Server) -> None:
    for headers, payload, user in MIXED.values():
        shown = await by_socket(server, headers, payload)
        by_headers = await by_socket(server, headers, None)
        assert shown == by_headers
        assert shown["data"]["viewer"]["onBehalfOf"] == user
    for headers in ({"X-Forwarded-User": "ann"}, WRONG["wrong"], WRONG["a wrong bearer"]):
        with pytest.raises(websockets.ConnectionClosed) as ended:
            await by_socket(server, headers, RIGHT["a token"][0])
        assert ended.value.rcvd
        assert ended.value.rcvd.code == 4403


@pytest.mark.timeout(150)  # real servers start in it
async def test_every_wrong_one_gets_the_same_answer(server: Server) -> None:
    seen: dict[str, set[object]] = {"rest": set(), "graphql": set(), "sse": set()}
    closed = set()
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        for headers in WRONG.values():
            stream = headers | {"Accept": "text/event-stream"}
            path = f"/v1/datasync/{LAB}/movers"
            seen["rest"].add(bare(await client.get(path, headers=headers)))
            seen["graphql"].add(bare(await client.post("/graphql", json=QUERY, headers=headers)))
            seen["sse"].add(bare(await client.post("/graphql", json=FOLLOW, headers=stream)))
            for given, payload in ((headers, None), ({}, headers)):
                with pytest.raises(websockets.ConnectionClosed) as ended:
                    await by_socket(server, given, payload)
                assert ended.value.rcvd
                closed.add((ended.value.rcvd.code, ended.value.rcvd.reason))
    assert {transport: len(answers) for transport, answers in seen.items()} == dict.fromkeys(
        seen, 1
    )
    assert len(closed) == 1
    assert next(iter(seen["rest"]))[:2] == (403, b"")  # type: ignore[index]


def bare(answer: httpx.Response) -> tuple[Any, ...]:
    """Without what differs from one request to the next anyway."""
    body = answer.content.replace(answer.headers["X-Request-Id"].encode(), b"")
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    return answer.status_code, body, tuple(sorted(headers.items()))


async def by_socket(
    server: Server, headers: dict[str, str], payload: dict[str, str] | None
) -> dict[str, Any]:
    """What a socket answers to the query."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    url = f"ws{server.url[4:]}/graphql"
    async with (
        asyncio.timeout(20),
        websockets.connect(url, subprotocols=[protocol], additional_headers=headers) as socket,
    ):
        await socket.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"
        await socket.send(orjson.dumps({"type": "subscribe", "id": "1", "payload": QUERY}).decode())
        answer: dict[str, Any] = orjson.loads(await socket.recv())["payload"]
        return answer
