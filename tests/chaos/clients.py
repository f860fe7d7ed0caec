"""Clients that create and delete movers, and ask another server when one does not answer."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import sqlalchemy as sa

from graph.schema.ids import decode, encode
from graph.store.tables import OPERATIONS
from tests.chaos.field import MISSING, Field
from tests.world import CREATE, HEADERS, LAB, new_mover

DELETE = """mutation($id: ID!) {
  deleteMover(input: { mover: $id }) { operation { id } errors { code message } }
}"""
TRIES = 8
SECONDS = 20.0
EXPECTED = {"NAME_TAKEN", "CONFLICT", "NOT_FOUND"}


async def work(on: Field, mine: int) -> None:
    """One client after another mover, until it is cancelled."""
    number = 0
    async with httpx.AsyncClient(headers=HEADERS, timeout=SECONDS) as http:
        while True:
            number += 1
            name, luck = f"c{mine}-{number}", on.dice.random()
            if luck < 0.30:
                await _delete(on, http)
            elif luck < 0.40:
                await asyncio.gather(_create(on, http, name), _create(on, http, name))
            else:
                await _create(on, http, name, keyed=luck < 0.7, missing=luck > 0.93)
            await asyncio.sleep(on.dice.uniform(0, 0.5))


async def _create(
    on: Field, http: httpx.AsyncClient, name: str, *, keyed: bool = False, missing: bool = False
) -> None:
    given = new_mover(name, group=on.dice.choice("gh"))
    buckets = [f"arn:aws:s3:::{side}-{LAB}" for side in ("from", "to")]
    for side in ("source", "destination"):  # also both in one bucket
        given[side]["s3"]["bucketArn"] = on.dice.choice(buckets)
    if missing:
        given["destination"]["s3"]["bucketArn"] = MISSING
    if keyed:
        given["idempotencyKey"] = str(uuid.uuid4())
    answers = set()
    for _ in range(TRIES if keyed else 1):
        payload = await _ask(on, http, CREATE, {"input": given}, "createMover")
        if payload and payload["operation"]:
            answers.add(decode(payload["operation"]["id"])[1])
            if on.dice.random() < 0.7:
                break
        elif payload:
            break
    on.accepted |= answers
    if len(answers) > 1:
        on.problems.append(f"one key led to several operations: {answers}")
    on.count("creates asked for")


async def _delete(on: Field, http: httpx.AsyncClient) -> None:
    """Some mover that was made, or any that has been deleted before."""
    made = sa.select(OPERATIONS.c.task_arn).where(
        OPERATIONS.c.kind == "CREATE_MOVER", OPERATIONS.c.status == "COMPLETED"
    )
    rows = await on.store.database.rows(made.order_by(OPERATIONS.c.ended_at.desc()).limit(30))
    if rows:
        mover = encode("Mover", on.dice.choice(rows)["task_arn"])
        payload = await _ask(on, http, DELETE, {"id": mover}, "deleteMover")
        if payload and payload["operation"]:
            on.accepted.add(decode(payload["operation"]["id"])[1])
        on.count("deletes asked for")


async def _ask(
    on: Field, http: httpx.AsyncClient, query: str, variables: dict[str, Any], what: str
) -> dict[str, Any] | None:
    """The payload; None where no answer came, or one that says to try again."""
    body = {"query": query, "variables": variables}
    try:
        answer = (await http.post(f"{on.dice.choice(on.servers).url}/graphql", json=body)).json()
    except (httpx.TransportError, ValueError):
        on.count("requests without an answer")
        await asyncio.sleep(0.2)
        return None
    for error in answer.get("errors", ()):
        code = error["extensions"]["code"]
        on.count(f"answers {code}")
        if code == "INTERNAL":
            on.problems.append(f"{what}: {error['message']}")
    payload: dict[str, Any] | None = (answer.get("data") or {}).get(what)
    for error in (payload or {}).get("errors", ()):
        on.count(f"answers {error['code']}")
        if error["code"] not in EXPECTED:
            on.problems.append(f"{what}: {error['code']} {error['message']}")
    return payload
