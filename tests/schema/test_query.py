"""Lookups: what does not exist is null without an error, and spoils nothing beside it."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from graph.sandbox import Fault, Sandbox
from graph.schema.ids import encode
from tests.world import LAB, OTHER, ask, furnish, made, serving, tell

TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
RUN = "exec-0123456789abcdef0"
IDS = {
    "Mover": TASK,
    "Run": f"{TASK}/execution/{RUN}",
    "Group": f"{LAB}:none",
    "Location": f"arn:aws:datasync:us-east-1:{LAB}:location/loc-0123456789abcdef0",
    "Operation": str(uuid.uuid4()),
    "Account": "999999999999",
}
LOOKUPS = {
    f"node of a {kind}": (f'node(id: "{encode(kind, key)}") {{ id }}', {"node": None})
    for kind, key in IDS.items()
} | {
    "account": ('account(id: "999999999999") { id }', None),
    "nodes": (f'nodes(ids: ["{encode("Mover", TASK)}"]) {{ id }}', {"nodes": [None]}),
    "operation": (f'operation(id: "{encode("Operation", IDS["Operation"])}") {{ id }}', None),
    "mover": (f'mover(account: "{LAB}", group: "g", name: "none") {{ id }}', None),
    "group": (
        f'account(id: "{LAB}") {{ group(name: "none") {{ id }} }}',
        {"account": {"group": None}},
    ),
    "run": (
        f'mover(account: "{LAB}", group: "g", name: "one") {{ run(runId: "{RUN}") {{ id }} }}',
        {"mover": {"run": None}},
    ),
}


async def test_what_is_not_there_is_null_without_an_error(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        for name, (lookup, expected) in LOOKUPS.items():
            data = await ask(client, f"{{ {lookup} viewer {{ name }} }}")
            assert data.pop("viewer") == {"name": "default"}
            assert data == (expected or {name: None}), name


@pytest.mark.parametrize("kind", ["Mover", "Run", "Location"])
async def test_what_could_not_be_read_is_an_error(aws: Sandbox, tmp_path: Path, kind: str) -> None:
    furnish(aws, LAB)
    aws.interceptor.add(Fault("datasync.*", "denied", count=100))
    async with serving(tmp_path) as client:
        answer = await tell(client, f'{{ node(id: "{encode(kind, IDS[kind])}") {{ id }} }}')
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } server { org } }"


async def test_a_node_that_fails_is_null_for_itself_alone(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        furnish(aws, OTHER)
        aws.interceptor.add(Fault("ListTasks", "denied", account=OTHER, count=20))
        ids = [
            "bad",
            mover,
            encode("Group", f"{OTHER}:g"),
            encode("Mover", TASK),
            encode("Run", "x"),
        ]
        answer = await tell(client, NODES, ids=ids)
    assert answer["data"]["server"] == {"org": "acme"}
    assert answer["data"]["nodes"] == [None, {"id": mover}, None, None, None]
    errors = {tuple(error["path"]): error["extensions"]["code"] for error in answer["errors"]}
    assert errors == {
        ("nodes", 0): "INVALID",
        ("nodes", 2): "ACCESS_DENIED",
    }


WRONG = {
    'account(id: "1") { id }': ["id"],
    f'account(id: "{LAB}") {{ group(name: "a!") {{ id }} }}': ["name"],
    'mover(account: "1", group: "g", name: "one") { id }': ["account"],
    f'mover(account: "{LAB}", group: "g", name: "one") {{ run(runId: "x") {{ id }} }}': ["runId"],
    'node(id: "x") { id }': ["id"],
    f'nodes(ids: ["{encode("Mover", TASK)}", "x"]) {{ id }}': ["ids", "1"],
    'operation(id: "x") { id }': ["id"],
    "operations(first: 500) { nodes { id } }": ["first"],
    'operations(filter: { account: "1" }) { nodes { id } }': ["filter", "account"],
    'audit(after: "x") { nodes { at } }': ["after"],
}
"""Queries, and the path of the wrong input in each."""


async def test_an_error_of_an_argument_names_it(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
        for query, path in WRONG.items():
            (error,) = (await tell(client, f"{{ {query} }}"))["errors"]
            assert error["extensions"]["code"] == "INVALID", query
            assert error["extensions"]["argument"] == path, query
