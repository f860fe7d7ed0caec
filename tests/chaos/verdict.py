"""In the end: did every operation end, and is there exactly what the completed ones made?"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import httpx
import sqlalchemy as sa

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.gateway import Gateway
from graph.operations.failures import BROKEN
from graph.schema.ids import encode
from graph.store.tables import OPERATIONS
from tests.chaos.clients import DELETE
from tests.chaos.field import Field
from tests.world import HEADERS, LAB, ORG, ROLE

SECONDS = 240.0
ORPHANS = f'{{ account(id: "{LAB}") {{ orphans {{ arn why }} }} }}'


async def judge(on: Field) -> None:
    """Adds what is wrong to the field's problems."""
    started = time.monotonic()
    if not await _comes_to(on, sa.and_(OPERATIONS.c.ended_at.is_(None))):
        on.problems.append("not every operation ended")
    on.counts["seconds until all had ended"] = round(time.monotonic() - started)
    await _delete_again(on)
    creates = OPERATIONS.c.kind == "CREATE_MOVER"
    if not await _comes_to(on, sa.and_(creates, OPERATIONS.c.swept_at.is_(None))):
        on.problems.append("not every create was swept")
    rows = await on.store.database.rows(sa.select(OPERATIONS))
    _judge_operations(on, rows)
    await _judge_resources(on, rows)
    async with httpx.AsyncClient(base_url=on.servers[0].url, headers=HEADERS, timeout=60) as http:
        answer = (await http.post("/graphql", json={"query": ORPHANS})).json()
        orphans = answer["data"]["account"]["orphans"]
        on.problems += [f"orphan: {one['arn']}: {one['why']}" for one in orphans]


async def _comes_to(on: Field, remaining: sa.ColumnElement[bool]) -> bool:
    """Whether nothing of it remains, within the time."""
    until = time.monotonic() + SECONDS
    while await on.store.database.rows(sa.select(OPERATIONS.c.id).where(remaining).limit(1)):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.5)
    return True


async def _delete_again(on: Field) -> None:
    """A delete that failed can be repeated until nothing is left."""
    for row in await on.store.database.rows(sa.select(OPERATIONS).where(_failed_delete())):
        on.count("deletes that failed and were repeated")
        body = {"query": DELETE, "variables": {"id": encode("Mover", row["task_arn"])}}
        async with httpx.AsyncClient(headers=HEADERS, timeout=60) as http:
            await http.post(f"{on.servers[0].url}/graphql", json=body)
    await _comes_to(on, OPERATIONS.c.ended_at.is_(None))


def _failed_delete() -> sa.ColumnElement[bool]:
    return sa.and_(OPERATIONS.c.kind == "DELETE_MOVER", OPERATIONS.c.status == "FAILED")


def _judge_operations(on: Field, rows: list[sa.RowMapping]) -> None:
    lost = on.accepted - {row["id"] for row in rows}
    on.problems += [f"lost: operation {operation_id}" for operation_id in sorted(lost)]
    alive = Counter(
        (row["mover_group"], row["mover_name"])
        for row in rows
        if row["kind"] == "CREATE_MOVER" and row["status"] == "COMPLETED"
    )
    on.problems += [f"made more than once: {name}" for name, count in alive.items() if count > 1]
    for row in rows:
        on.count(f"{row['kind']} {row['status']}")
        if row["failure"]:
            on.count(f"failure: {row['failure'][:110]}")
        if BROKEN in (row["failure"] or ""):
            on.problems.append(f"an accident: {row['id']}: {row['failure'][:110]}")
    on.counts["accepted, as clients know"] = len(on.accepted)


async def _judge_resources(on: Field, rows: list[sa.RowMapping]) -> None:
    completed = [row for row in rows if row["status"] == "COMPLETED"]
    made = {row["task_arn"]: row for row in completed if row["kind"] == "CREATE_MOVER"}
    deleted = {row["task_arn"] for row in completed if row["kind"] == "DELETE_MOVER"}
    wanted = made.keys() - deleted
    on.counts["movers in the end"] = len(wanted)
    clients = Clients(region="us-east-1", role=ROLE, org=ORG, external_id="x-1")
    async with Gateway(clients, org=ORG) as gateway:
        tasks = {item["TaskArn"] async for item in _all(gateway, "list_tasks", "Tasks")}
        locations = {
            item["LocationArn"] async for item in _all(gateway, "list_locations", "Locations")
        }
        described = [await _call(gateway, "describe_task", TaskArn=arn) for arn in sorted(tasks)]
        read = {
            arn: await _call(gateway, "describe_location_s3", LocationArn=arn) for arn in locations
        }
    ends = [task[f"{side}LocationArn"] for task in described for side in ("Source", "Destination")]
    readers = [read[arn]["S3Config"]["BucketAccessRoleArn"] for arn in ends if arn in read]
    state = await asyncio.to_thread(on.aws.control, "GET", "state")
    roles = {arn for arn in state[LAB]["roles"] if not arn.endswith(f"/{ROLE}")}
    _same(on, "task", tasks, wanted)
    _same(on, "location", locations, set(ends))
    _same(on, "role", roles, set(readers))
    if len(set(ends)) != 2 * len(tasks) or len(set(readers)) != 2 * len(tasks):
        on.problems.append("two movers, or two sides of one, share a location or a role")


def _same(on: Field, what: str, found: set[str], wanted: set[str]) -> None:
    on.problems += [f"{what} too much: {arn}" for arn in sorted(found - wanted)]
    on.problems += [f"{what} missing: {arn}" for arn in sorted(wanted - found)]


async def _all(gateway: Gateway, operation: str, key: str) -> Any:
    async for page in gateway.bind(LAB).pages("datasync", operation, key, MaxResults=100):
        for item in page:
            yield item


async def _call(gateway: Gateway, operation: str, **params: str) -> dict[str, Any]:
    return await gateway.bind(LAB).call("datasync", Access.READ, operation, **params)
