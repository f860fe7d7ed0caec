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


def floods(  # noqa: C901 - a table of small functions
    http: aiohttp.ClientSession, ids: list[str]
) -> dict[str, tuple[Request, int]]:
    """By name: a request, and how often it is made at a time."""
    forged = [f"{node[:-6]}{secrets.token_hex(3)}" for node in ids for _ in range(4)][:100]
    ten = " ".join(f"a{n}: nodes(ids: $v) {{ id }}" for n in range(10))
    forged_ids = f"query($v: [ID!]!) {{ {ten} }}"
    large = {"query": "query($v: JSON) { __typename }", "variables": {"v": [{}] * 250_000}}

    async def post(query: str, **variables: Any) -> None:
        async with http.post("/graphql", json={"query": query, "variables": variables}) as answer:
            await answer.read()

    async def rest() -> None:
        async with http.get(f"/v1/datasync/{LAB}/movers") as answer:
            await answer.read()

    async def body() -> None:
        async with http.post("/graphql", json=large) as answer:
            await answer.read()

    async def create() -> None:
        await post(CREATE, input=new_mover(f"f-{secrets.token_hex(6)}", "flood"))

    async def start() -> None:
        mover = secrets.choice(ids[1:])
        await post(_START, id=mover)
        await post(_STOP, id=mover)

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

    return {
        "forged ids": (lambda: post(forged_ids, v=forged), 8),
        "all details": (lambda: post(_DETAILS), 50),
        "rest lists": (rest, 50),
        "introspection": (lambda: post(get_introspection_query()), 50),
        "bodies": (body, 20),
        "audit": (lambda: post(_AUDIT), 50),
        "starts": (start, 50),
        "creates": (create, 50),
        "wrong tokens": (guess, 100),
        "messages": (messages, 4),
    }
