"""Ids of objects that cannot exist: answered like missing ones, without a call to AWS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.auth import token_for
from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.world import LAB, OTHER, furnish, made, serving, tell

HOME = f"arn:aws:datasync:us-east-1:{LAB}"
TASK = f"{HOME}:task/task-{'0' * 17}"
RUN = f"{TASK}/execution/exec-{'0' * 17}"
LOCATION = f"{HOME}:location/loc-{'0' * 17}"
AGENT = f"{HOME}:agent/agent-{'0' * 17}"
ABSENT = {"Mover": TASK, "Run": RUN, "Location": LOCATION, "Agent": AGENT, "Group": f"{LAB}:none"}
FORMS = {
    "Mover": [TASK[:-1], f"{TASK}0", f"{TASK}/", TASK.replace("task-0", "task-A")],
    "Run": [RUN[:-1], f"{RUN}{RUN[len(TASK) :]}", f"{TASK}/execution/", RUN.replace("exec", "x")],
    "Location": [LOCATION[:-1], f"{LOCATION}/x", LOCATION.replace("loc-", "loc_")],
    "Agent": [AGENT[:-1], f"{AGENT}/x", AGENT.replace("agent-", "agent_")],
    "Group": ["", LAB, f"{LAB}:", f"{LAB}:n!", "12:none", f"{LAB[:-1]}:none", "none"],
    "Account": ["1", "12345678901a", f"{LAB}0", f"{LAB}:x", TASK],
    "Operation": ["x", "x" * 37, TASK, "01234567-89ab-cdef-0123-456789abcdeg"],
}

NOTHING = {"data": {"node": None}}


def altered(arn: str) -> list[str]:
    """The ARN of another service, region, partition or account, with wildcards, or cut."""
    parts = arn.split(":")
    return [
        ":".join([*parts[:index], other, *parts[index + 1 :]])
        for index, other in (
            (1, "aws-cn"),
            (1, "*"),
            (2, "s3"),
            (2, "*"),
            (3, ""),
            (3, "*"),
            (3, "xx-nowhere-9"),
            (3, "us-east-1a"),
            (3, "global"),
            (4, ""),
            (4, "*"),
            (4, OTHER),
            (5, "*"),
            (5, parts[5][:-1] + "*"),
        )
    ] + ([] if ":location/" in arn or ":agent/" in arn else [arn.replace("us-east-1", "eu-west-1")])


IMPOSSIBLE = [
    (kind, key)
    for kind, forms in FORMS.items()
    for key in [
        *forms,
        *(altered(ABSENT[kind]) if kind in ("Mover", "Run", "Location", "Agent") else ()),
        *(key for other, key in ABSENT.items() if kind not in (other, "Account")),
    ]
    if key
]


@dataclass
class World:
    client: httpx.AsyncClient
    aws: Sandbox
    mover: str

    async def asked(self, node_id: str) -> dict[str, Any]:
        """The whole answer: for what is not there null, and no error."""
        return await tell(self.client, "query($id: ID!) { node(id: $id) { id } }", id=node_id)


@pytest.fixture
async def world(aws: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    """Asked with a key of one group, in one of the accounts that the server serves."""
    furnish(aws, LAB)
    keys = [{"name": "of-h", "key": "of h", "write": True, "groups": ["h"], "accounts": [LAB]}]
    async with serving(tmp_path, keys=keys) as client:
        mover = await made(client)
        client.headers["X-Auth-Token"] = token_for("of h", 4)
        yield World(client, aws, mover)


async def test_an_impossible_id_answers_as_one_that_is_not_there_and_asks_nothing(
    world: World,
) -> None:
    absent = [await world.asked(encode(kind, key)) for kind, key in ABSENT.items()]
    assert absent == [NOTHING] * len(ABSENT)
    world.aws.interceptor.forget_calls()
    answers = await asyncio.gather(*(world.asked(encode(kind, key)) for kind, key in IMPOSSIBLE))
    assert world.aws.interceptor.counts() == {}
    assert dict(zip(IMPOSSIBLE, answers, strict=True)) == dict.fromkeys(IMPOSSIBLE, NOTHING)


async def test_what_is_not_the_callers_answers_as_what_is_not_there(world: World) -> None:
    assert await world.asked(world.mover) == NOTHING
    for changed in (f"{HOME}:task/*", TASK.replace(LAB, OTHER), TASK.replace("aws", "aws-cn", 1)):
        assert await world.asked(encode("Mover", changed)) == NOTHING


CHANGES = [
    ("startMover", ""),
    ("startMover", ', idempotencyKey: "k"'),
    ("stopMover", ""),
    ("deleteMover", ""),
    ("updateMover", ", clear: [TAGS]"),
]


@pytest.mark.parametrize(("mutation", "extra"), CHANGES)
async def test_a_change_of_an_impossible_mover_finds_nothing_and_asks_nothing(
    world: World, mutation: str, extra: str
) -> None:
    errors = "errors { code message path }"
    query = f"mutation($id: ID!) {{ {mutation}(input: {{mover: $id{extra}}}) {{ {errors} }} }}"
    world.aws.interceptor.forget_calls()
    ids = [encode("Mover", key) for kind, key in IMPOSSIBLE if kind == "Mover"]
    answers = [(await tell(world.client, query, id=node_id))["data"] for node_id in ids]
    assert world.aws.interceptor.counts() == {}
    absent = (await tell(world.client, query, id=encode("Mover", TASK)))["data"]
    assert absent[mutation]["errors"][0]["code"] == "NOT_FOUND"
    assert answers == [absent] * len(ids)


@pytest.mark.parametrize(
    ("field", "given"), [("setRunBandwidth", "bytesPerSecond: 1"), ("setRunTags", "tags: []")]
)
async def test_a_change_of_an_impossible_run_finds_nothing_and_asks_nothing(
    world: World, field: str, given: str
) -> None:
    query = f"""mutation($id: ID!) {{ {field}(input: {{run: $id, {given}}}) {{
      errors {{ code message path }} }} }}"""
    world.aws.interceptor.forget_calls()
    ids = [encode("Run", key) for kind, key in IMPOSSIBLE if kind == "Run"]
    answers = [(await tell(world.client, query, id=node_id))["data"] for node_id in ids]
    assert world.aws.interceptor.counts() == {}
    absent = (await tell(world.client, query, id=encode("Run", ABSENT["Run"])))["data"]
    assert absent[field]["errors"][0]["code"] == "NOT_FOUND"
    assert answers == [absent] * len(ids)


async def test_the_start_of_a_mover_that_cannot_be_is_not_examined(world: World) -> None:
    query = "query($id: ID!) { preflightStart(mover: $id) { ok } }"
    world.aws.interceptor.forget_calls()
    ids = [encode("Mover", key) for kind, key in IMPOSSIBLE if kind == "Mover"]
    answers = [await tell(world.client, query, id=node_id) for node_id in ids]
    assert answers == [{"data": {"preflightStart": None}}] * len(ids)
    assert world.aws.interceptor.counts() == {}


async def test_runs_and_operations_that_cannot_be_are_not_waited_for(world: World) -> None:
    for field, argument, kind in (
        ("waitForRun", "run", "Run"),
        ("waitForOperation", "operation", "Operation"),
    ):
        query = f"query($id: ID!) {{ {field}({argument}: $id) {{ id }} }}"
        world.aws.interceptor.forget_calls()
        for node_id in [encode(kind, key) for of, key in IMPOSSIBLE if of == kind]:
            answer = await tell(world.client, query, id=node_id)
            assert answer == {"data": {field: None}}, node_id
        assert world.aws.interceptor.counts() == {}


async def test_runs_and_operations_that_cannot_be_are_not_followed(world: World) -> None:
    for field, given, kind in (
        ("runProgress", "run: $id", "Run"),
        ("runsProgress", "runs: [$id]", "Run"),
        ("operationProgress", "operation: $id", "Operation"),
    ):
        query = f"subscription($id: ID!) {{ {field}({given}) {{ __typename }} }}"
        world.aws.interceptor.forget_calls()
        for node_id in [encode(kind, key) for of, key in IMPOSSIBLE if of == kind]:
            body = {"query": query, "variables": {"id": node_id}}
            headers = {"Accept": "text/event-stream"}
            streamed = await world.client.post("/graphql", json=body, headers=headers)
            assert "NOT_FOUND" in streamed.text, node_id
        assert world.aws.interceptor.counts() == {}
