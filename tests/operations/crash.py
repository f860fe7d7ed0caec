"""Crashes by order: many operations, each stopped at a call of its own, and one kill -9."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import sqlalchemy as sa

from graph.sandbox import Fault, Sandbox
from graph.sandbox.faults import Call
from graph.schema.ids import encode
from graph.store.database import driver_url
from graph.store.tables import OPERATIONS
from tests.server import Server
from tests.world import CREATE, LAB, OTHER, ask, ended, furnish, new_mover, serving, tell

DELETE: Final = """mutation($id: ID!) { deleteMover(input: {mover: $id}) {
  operation { id } errors { code message } } }"""
MOVER: Final = '{ mover(account: "%s", group: "g", name: "one") { id } }'
GATES: Final = ("gate", "gate-after")
"""Before a call takes effect, and after it, before its answer."""


@dataclass(frozen=True)
class Point:
    """The nth call of an operation of AWS, and on which side of its effect."""

    operation: str
    nth: int
    gate: str

    def __str__(self) -> str:
        return f"{self.gate} of call {self.nth} of {self.operation}"


@dataclass
class At(Fault):
    """A fault that only calls of one account meet."""

    account: str | None = None

    def hits(self, call: Call) -> bool:
        return call.account == self.account and super().hits(call)


def points(calls: list[Call]) -> list[Point]:
    """Every point at which an operation that makes those calls can be stopped."""
    counted = Counter(call.operation for call in calls if call.service != "sts")
    return [
        Point(operation, nth, gate)
        for operation, count in counted.items()
        for nth in range(count)
        for gate in GATES
    ]


@dataclass(frozen=True)
class Lives:
    """The calls of undisturbed operations, from the request to the end."""

    create: list[Call]
    failing: list[Call]
    """A create that is undone, as its destination has no bucket."""
    delete: list[Call]


async def lives(aws: Sandbox, folder: Path) -> Lives:
    furnish(aws, LAB)
    furnish(aws, OTHER)
    async with serving(folder) as client:
        create = await _calls_of(aws, client, CREATE, input=new_mover())
        failing = await _calls_of(aws, client, CREATE, input=nowhere(new_mover(account=OTHER)))
        mover = (await ask(client, MOVER % LAB))["mover"]["id"]
        delete = await _calls_of(aws, client, DELETE, id=mover)
    aws.reset()
    return Lives(create, failing, delete)


async def _calls_of(
    aws: Sandbox, client: httpx.AsyncClient, mutation: str, **variables: Any
) -> list[Call]:
    aws.border.forget_calls()
    (payload,) = (await ask(client, mutation, **variables)).values()
    query = "subscription($id: ID!) { operationProgress(operation: $id) { status } }"
    body = {"query": query, "variables": {"id": payload["operation"]["id"]}}
    await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    return aws.border.calls()


def nowhere(given: dict[str, Any]) -> dict[str, Any]:
    return given | {"destination": {"s3": {"bucketArn": "arn:aws:s3:::there-is-no-such-bucket"}}}


def stop_at(aws: Sandbox, account: str, point: Point) -> None:
    aws.border.add(At(point.operation, point.gate, skip=point.nth, account=account))


def all_standing(aws: Sandbox, count: int) -> bool:
    """Waits until so many calls stand at their gates."""
    border = aws.border
    with border._lock:
        return border._lock.wait_for(lambda: len(border._standing) >= count, 50)


async def killed(
    aws: Sandbox, server: Server, requests: dict[str, asyncio.Task[dict[str, Any] | None]]
) -> dict[str, dict[str, Any] | None]:
    """kill -9 while everything stands at its gate; gives the answers, None for those never given.

    The calls that AWS has received go on then.
    """
    standing = await asyncio.to_thread(all_standing, aws, len(requests))
    there = {call.account for call in aws.border._standing}
    assert standing, f"not at their gates: {requests.keys() - there}"
    server.kill()
    answers = await asyncio.gather(*requests.values())
    aws.border.clear()
    return dict(zip(requests, answers, strict=True))


async def send(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any] | None:
    """The answer of a mutation; None where the server died before it gave one."""
    try:
        return await tell(client, query, **variables)
    except httpx.TransportError:
        return None


async def all_ended(
    store_url: str, client: httpx.AsyncClient, kind: str
) -> dict[str, dict[str, Any]]:
    """Every operation of a kind that was recorded, by its account, once it has ended."""
    engine = sa.create_engine(driver_url(store_url))
    recorded = sa.select(OPERATIONS.c.account_id, OPERATIONS.c.id).where(OPERATIONS.c.kind == kind)
    with engine.begin() as connection:
        found = [(row[0], row[1]) for row in connection.execute(recorded)]
    engine.dispose()
    shown = await asyncio.gather(*(ended(client, encode("Operation", key)) for _, key in found))
    return {account: operation for (account, _), operation in zip(found, shown, strict=True)}


def left(aws: Sandbox, account: str) -> tuple[int, int, int]:
    """Tasks, locations and roles, the management role not counted."""
    state = aws.state().get(account, {"tasks": [], "locations": [], "roles": [""]})
    return len(state["tasks"]), len(state["locations"]), len(state["roles"]) - 1
