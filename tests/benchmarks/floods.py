"""What a caller can do to a server within the limits, as often as it can."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
from graphql import get_introspection_query

from tests.world import CREATE, LAB, new_mover

Request = Callable[[], Awaitable[object]]

FLOODS: Final = (
    "forged ids",
    "all details",
    "rest lists",
    "introspection",
    "documents",
    "bodies",
    "audit",
    "starts",
    "creates",
    "wrong tokens",
    "messages",
)
_DETAILS: Final = f"""{{ account(id: "{LAB}") {{ movers(first: 100) {{ nodes {{
  name createdAt source {{ uri }} destination {{ uri }} lastRun {{ status }} }} }} }} }}"""
_START: Final = "mutation($id: ID!) { startMover(input: {mover: $id}) { errors { code } } }"
_STOP: Final = "mutation($id: ID!) { stopMover(input: {mover: $id}) { errors { code } } }"
_AUDIT: Final = "{ audit(first: 100) { nodes { at key action phase errorCode } } }"
_LETTERS: Final = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def floods(http: aiohttp.ClientSession, ids: list[str]) -> dict[str, tuple[Request, int]]:
    """By name: a request, and how often it is made at a time."""
    return _reads(http, ids) | _changes(http, ids) | _others(http)


def _reads(http: aiohttp.ClientSession, ids: list[str]) -> dict[str, tuple[Request, int]]:
    forged = [f"{node[:-6]}{secrets.token_hex(3)}" for node in ids for _ in range(4)][:100]
    ten = " ".join(f"a{n}: nodes(ids: $v) {{ id }}" for n in range(10))
    forged_ids = f"query($v: [ID!]!) {{ {ten} }}"
    large = "query($v: JSON) { __typename }"
    return {
        "forged ids": (lambda: _post(http, forged_ids, v=forged), 8),
        "all details": (lambda: _post(http, _DETAILS), 50),
        "introspection": (lambda: _post(http, get_introspection_query()), 50),
        "documents": (lambda: _post(http, _new_document()), 20),
        "bodies": (lambda: _post(http, large, v=[{}] * 29_000), 20),
        "audit": (lambda: _post(http, _AUDIT), 50),
    }


def _changes(http: aiohttp.ClientSession, ids: list[str]) -> dict[str, tuple[Request, int]]:
    async def create() -> None:
        await _post(http, CREATE, input=new_mover(f"f-{secrets.token_hex(6)}", "flood"))

    async def start() -> None:
        mover = secrets.choice(ids[1:])
        await _post(http, _START, id=mover)
        await _post(http, _STOP, id=mover)

    return {"starts": (start, 50), "creates": (create, 50)}


def _others(http: aiohttp.ClientSession) -> dict[str, tuple[Request, int]]:
    async def lists() -> None:
        async with http.get(f"/v1/datasync/{LAB}/movers") as answer:
            await answer.read()

    async def guess() -> None:
        token = "$2b$04$" + "".join(secrets.choice(_LETTERS) for _ in range(53))
        async with http.get("/v1/datasync/nowhere", headers={"X-Auth-Token": token}) as answer:
            await answer.read()

    async def messages() -> None:
        async with http.ws_connect("/graphql", protocols=["graphql-transport-ws"]) as socket:
            await socket.send_json({"type": "connection_init"})
            await socket.receive()
            for index in range(50):
                query = {"query": _DETAILS}
                await socket.send_json({"type": "subscribe", "id": f"{index}", "payload": query})
            for _ in range(100):
                if (await socket.receive()).type is not aiohttp.WSMsgType.TEXT:
                    return

    return {"rest lists": (lists, 50), "wrong tokens": (guess, 100), "messages": (messages, 4)}


def _new_document() -> str:
    """One that no cache knows, and that is expensive to validate."""
    name = secrets.token_hex(6)
    fields = " ".join(f"a{n}_{name}: viewer {{ name mayWrite groups accounts }}" for n in range(29))
    return f"{{ {fields} }}"


async def _post(http: aiohttp.ClientSession, query: str, **variables: Any) -> None:
    async with http.post("/graphql", json={"query": query, "variables": variables}) as answer:
        await answer.read()
