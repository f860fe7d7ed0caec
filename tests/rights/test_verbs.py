"""What callers may do who may only run, only clean up, or each in another group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from graph.sandbox import Sandbox
from tests import leftover
from tests.world import LAB, furnish, made, serving

GROUPS: dict[str, dict[str, Any]] = {
    "reader": {},
    "runner": {"run": True},
    "cleaner": {"clean": True},
    "mixed": {"groups": {"g": ["run"], "h": ["write"]}},
    "writer": {"write": True},
}
"""The entries of each caller's table."""
CHANGES: dict[str, tuple[str, dict[str, str]]] = {
    "stopMover": (
        'mutation { stopMover(input: {mover: "MOVER"}) { errors { code } } }',
        {"reader": "FORBIDDEN", "cleaner": "FORBIDDEN"}
        | dict.fromkeys(["runner", "mixed", "writer"], "NOT_RUNNING"),
    ),
    "startMover": (
        'mutation { startMover(input: {mover: "MOVER"}) { errors { code } } }',
        {
            "reader": "FORBIDDEN",
            "cleaner": "FORBIDDEN",
            "runner": "ok",
            "mixed": "ALREADY_RUNNING",
            "writer": "ALREADY_RUNNING",
        },
    ),
    "cleanOrphans": (
        'mutation { cleanOrphans(input: {account: "LAB", dryRun: true}) { errors { code } } }',
        dict.fromkeys(["reader", "runner"], "FORBIDDEN")
        | dict.fromkeys(["cleaner", "mixed", "writer"], "ok"),
    ),
    "deleteMover": (
        'mutation { deleteMover(input: {mover: "MOVER"}) { errors { code } } }',
        dict.fromkeys(["reader", "runner", "cleaner", "mixed"], "FORBIDDEN")
        | {"writer": "ALREADY_RUNNING"},
    ),
}
"""The code that each caller gets, in the order in which they ask. The mover is of group g."""


def code_of(answer: dict[str, Any]) -> str:
    errors = answer.get("errors") or next(iter(answer["data"].values()))["errors"]
    if not errors:
        return "ok"
    return str(errors[0].get("extensions", errors[0])["code"])


def headers(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer key of {name}", "X-Auth-Token": ""}


async def rest_statuses(client: httpx.AsyncClient, name: str) -> tuple[int, ...]:
    """Of a start, a stop, a delete and a create in group h; the mover is running."""
    one = f"/v1/datasync/{LAB}/movers/g/one"
    given = headers(name)
    started = await client.put(one, json={"State": "start"}, headers=given)
    deleted = await client.delete(one, headers=given)
    created = await client.post(f"/v1/datasync/{LAB}/movers/h", json={}, headers=given)
    return started.status_code, deleted.status_code, created.status_code


async def test_each_caller_may_do_what_its_verbs_say(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=1_000)  # the run does not end
    leftover.location(leftover.role("left", "h"), leftover.tags("h"))
    leftover.location(leftover.role("left-g", "g"), leftover.tags("g"))
    rules = {"resources": [f"arn:aws:s3:::*-{LAB}"]}
    tables = [{"name": n, "key": f"key of {n}"} | rules | t for n, t in GROUPS.items()]
    async with serving(tmp_path, keys=tables, accounts=(LAB,), orphan_minutes=1e-9) as client:
        mover = await made(client, group="g", name="one")
        for document, expected in CHANGES.values():
            body = {"query": document.replace("MOVER", mover).replace("LAB", LAB)}
            found = {}
            for name in GROUPS:
                response = await client.post("/graphql", json=body, headers=headers(name))
                found[name] = code_of(response.json())
            assert found == expected, document
        statuses = {name: await rest_statuses(client, name) for name in GROUPS}
        listed = {}
        query = f'{{ account(id: "{LAB}") {{ orphans {{ group }} }} }}'
        for name in ("cleaner", "mixed"):
            answer = await client.post("/graphql", json={"query": query}, headers=headers(name))
            listed[name] = {each["group"] for each in answer.json()["data"]["account"]["orphans"]}
    assert listed == {"cleaner": {"g", "h"}, "mixed": {"h"}}
    assert statuses == {
        "reader": (403, 403, 403),
        "runner": (409, 403, 403),
        "cleaner": (403, 403, 403),
        "mixed": (409, 403, 400),
        "writer": (409, 409, 400),
    }
