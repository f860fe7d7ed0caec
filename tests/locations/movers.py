"""Movers whose source is of any kind, created and deleted through GraphQL."""

from __future__ import annotations

from typing import Any

import httpx

from tests.world import CREATE, MADE, ask, ended, new_mover

DELETE = "mutation($id: ID!) { deleteMover(input: {mover: $id}) { operation { id } } }"
SHOWN = "query($id: ID!) { node(id: $id) { ... on Mover { source { kind arn uri } } } }"


async def create(
    client: httpx.AsyncClient, name: str, end: dict[str, Any], side: str = "source"
) -> dict[str, Any]:
    """The operation that has created a mover with a location at one end, once it has ended."""
    given = new_mover(name=name) | {side: end}
    payload = (await ask(client, CREATE, input=given))["createMover"]
    assert payload["errors"] == [], (end, payload)
    return await ended(client, payload["operation"]["id"], MADE)


async def delete(client: httpx.AsyncClient, mover: str) -> None:
    payload = (await ask(client, DELETE, id=mover))["deleteMover"]
    assert (await ended(client, payload["operation"]["id"], MADE))["status"] == "COMPLETED"
