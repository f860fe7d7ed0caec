"""Every field and route by the rights of the caller: none, reading, writing, another group."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from graphql import GraphQLNamedType, GraphQLObjectType

from graph.app import graphql_schema
from graph.auth import token_for
from graph.sandbox import Sandbox
from rest_compat.endpoint import ANY
from rest_compat.routes import PATHS
from tests.world import LAB, ask, furnish, made, new_mover, serving

RULE = {"resources": [f"arn:aws:s3:::*-{LAB}"]}
KEYS: dict[str, dict[str, Any]] = {
    "reads": {"groups": ["g"]},
    "writes": {"groups": ["g"], "write": True, "audit": True} | RULE,
    "other": {"groups": ["h"], "write": True, "audit": True} | RULE,
}
HEADERS: dict[str, dict[str, str]] = {"nobody": {}} | {
    name: {"X-Auth-Token": token_for(f"key of {name}", 4)} for name in KEYS
}
CALLERS = tuple(HEADERS)
OK, NONE = "ok", "empty"
HIDDEN = ("UNAUTHENTICATED", OK, OK, "NOT_FOUND")
LISTED = ("UNAUTHENTICATED", OK, OK, NONE)
EVERYBODY = ("UNAUTHENTICATED", OK, OK, OK)
WRITERS = ("UNAUTHENTICATED", "FORBIDDEN", NONE, NONE)
CHANGES = ("UNAUTHENTICATED", "FORBIDDEN", OK, "NOT_FOUND")
ACCOUNT = f'account(id: "{LAB}")'

FIELDS: dict[str, tuple[str, tuple[str, str, str, str]]] = {
    "Query.viewer": ("{ viewer { name } }", EVERYBODY),
    "Query.accounts": ("{ accounts { id } }", EVERYBODY),
    "Query.server": ("{ server { version } }", EVERYBODY),
    "Query.account": (f"{{ {ACCOUNT} {{ id }} }}", EVERYBODY),
    "Query.mover": (f'{{ mover(account: "{LAB}", group: "g", name: "one") {{ id }} }}', LISTED),
    "Query.node": ('{ node(id: "MOVER") { id } }', LISTED),
    "Query.nodes": ('{ nodes(ids: ["MOVER"]) { id } }', LISTED),
    "Query.operation": ('{ operation(id: "OPERATION") { id } }', LISTED),
    "Query.operations": ("{ operations { nodes { id } } }", LISTED),
    "Query.choices": (
        f'{{ choices(account: "{LAB}", group: "g", kind: BUCKETS) {{ complete }} }}',
        ("UNAUTHENTICATED", "FORBIDDEN", OK, "FORBIDDEN"),
    ),
    "Query.preflightMover": (
        "query($new: CreateMoverInput!) { preflightMover(input: $new) { checks { id } } }",
        ("UNAUTHENTICATED", "FORBIDDEN", OK, "FORBIDDEN"),
    ),
    "Query.preflightStart": (
        '{ preflightStart(mover: "MOVER") { checks { id } } }',
        ("UNAUTHENTICATED", "FORBIDDEN", OK, NONE),
    ),
    "Query.waitForRun": ('{ waitForRun(run: "RUN") { id } }', LISTED),
    "Query.waitForOperation": ('{ waitForOperation(operation: "OPERATION") { id } }', LISTED),
    "Query.audit": (
        "{ audit { nodes { at } } }",
        ("UNAUTHENTICATED", "FORBIDDEN", OK, NONE),
    ),
    "Account.movers": (f"{{ {ACCOUNT} {{ movers {{ nodes {{ id }} }} }} }}", LISTED),
    "Account.groups": (f"{{ {ACCOUNT} {{ groups {{ nodes {{ name }} }} }} }}", LISTED),
    "Account.group": (f'{{ {ACCOUNT} {{ group(name: "g") {{ name }} }} }}', LISTED),
    "Account.summary": (f"{{ {ACCOUNT} {{ summary {{ movers }} }} }}", LISTED),
    "Account.runs": (f"{{ {ACCOUNT} {{ runs {{ nodes {{ id }} }} }} }}", LISTED),
    "Account.agents": (
        f"{{ {ACCOUNT} {{ agents {{ nodes {{ id }} }} }} }}",
        ("UNAUTHENTICATED", NONE, NONE, NONE),
    ),
    "Account.orphans": (f"{{ {ACCOUNT} {{ orphans {{ arn }} }} }}", WRITERS),
    "Mutation.createMover": (
        "mutation($new: CreateMoverInput!) { createMover(input: $new) { errors { code } } }",
        ("UNAUTHENTICATED", "FORBIDDEN", "NAME_TAKEN", "FORBIDDEN"),
    ),
    "Mutation.startMover": (
        'mutation { startMover(input: {mover: "MOVER"}) { errors { code } } }',
        CHANGES,
    ),
    "Mutation.stopMover": (
        'mutation { stopMover(input: {mover: "MOVER"}) { errors { code } } }',
        CHANGES,
    ),
    "Mutation.rerun": (
        'mutation { rerun(input: {run: "LOST"}) { errors { code } } }',
        ("UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND"),
    ),
    "Mutation.setRunBandwidth": (
        'mutation { setRunBandwidth(input: {run: "RUN", bytesPerSecond: 1}) { errors { code } } }',
        CHANGES,
    ),
    "Mutation.setRunTags": (
        'mutation { setRunTags(input: {run: "LOST", tags: []}) { errors { code } } }',
        ("UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND"),
    ),
    "Mutation.updateMover": (
        'mutation { updateMover(input: {mover: "ABSENT", name: "x"}) { errors { code } } }',
        ("UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND"),
    ),
    "Mutation.deleteMover": (
        'mutation { deleteMover(input: {mover: "ABSENT"}) { errors { code } } }',
        ("UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND"),
    ),
    "Mutation.cleanOrphans": (
        f'mutation {{ cleanOrphans(input: {{account: "{LAB}"}}) {{ errors {{ code }} }} }}',
        ("UNAUTHENTICATED", "FORBIDDEN", OK, OK),
    ),
    "Mutation.updateLocation": (
        """mutation { updateLocation(input: {
          location: "LOCATION", change: { nfs: { version: "NFS3" } } }) { errors { code } } }""",
        ("UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND"),
    ),
    **{
        f"Mutation.{name}": (
            f"mutation {{ {name}(input: {{{given}}}) {{ errors {{ code }} }} }}",
            ("UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"),
        )
        for name, given in {
            "activateAgent": f'account: "{LAB}", activationKey: "x"',
            "updateAgent": 'agent: "AGENT", name: "x"',
            "deleteAgent": 'agent: "AGENT"',
        }.items()
    },
    "Subscription.activity": (
        f'subscription {{ activity(account: "{LAB}", group: "g") {{ __typename }} }}',
        HIDDEN,
    ),
    "Subscription.runProgress": (
        'subscription { runProgress(run: "RUN") { sequence } }',
        HIDDEN,
    ),
    "Subscription.runsProgress": (
        'subscription { runsProgress(runs: ["RUN"]) { sequence } }',
        HIDDEN,
    ),
    "Subscription.operationProgress": (
        'subscription { operationProgress(operation: "OPERATION") { status } }',
        HIDDEN,
    ),
}
"""A document for each root field and each field of an account, and the answer by caller. What hangs
on a mover, run, location or operation is seen by those who see that."""

ROUTES: dict[tuple[str, str], tuple[Any, tuple[int, int, int, int]]] = {
    ("ANY", "/v1/datasync/flywheel"): (None, (403, 200, 200, 200)),
    ("GET", "/v1/datasync/{account}/movers"): (None, (403, 200, 200, 200)),
    ("GET", "/v1/datasync/{account}/movers/{group}"): (None, (403, 200, 200, 200)),
    ("POST", "/v1/datasync/{account}/movers/{group}"): ("create", (403, 403, 409, 403)),
    ("GET", "/v1/datasync/{account}/movers/{group}/{name}"): (None, (403, 200, 200, 404)),
    ("PUT", "/v1/datasync/{account}/movers/{group}/{name}"): (
        {"State": "stop"},
        (403, 403, 409, 404),
    ),
    ("GET", "/v1/datasync/{account}/movers/{group}/{name}/runs"): (None, (403, 200, 200, 404)),
    ("GET", "/v1/datasync/{account}/movers/{group}/{name}/runs/{run}"): (
        None,
        (403, 200, 200, 404),
    ),
    ("GET", "/v1/datasync/{account}/movers/{group}/{name}/runs/{run}/events"): (
        None,
        (403, 200, 200, 404),
    ),
    ("DELETE", "/v1/datasync/{account}/movers/{group}/{name}"): (None, (403, 403, 204, 404)),
}
SHOWN: dict[str, Any] = {
    "/v1/datasync/{account}/movers": [],
    "/v1/datasync/{account}/movers/{group}": [],
    "/v1/datasync/flywheel": {},
}
"""What a caller of another group is shown where it gets a 200."""


@dataclass
class World:
    client: httpx.AsyncClient
    ids: dict[str, str]
    run: str
    task: str


@pytest.fixture
async def world(aws: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    """A mover of group g that has run, asked for by each of the callers."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=0, phase=0)
    tables = [{"name": name, "key": f"key of {name}"} | rights for name, rights in KEYS.items()]
    async with serving(tmp_path, keys=tables, accounts=(LAB,)) as client:
        mover = await made(client)
        start = "mutation($m: ID!) { startMover(input: {mover: $m}) { run { id runId } } }"
        run = (await ask(client, start, m=mover))["startMover"]["run"]
        body = {
            "query": "subscription($r: ID!) { runProgress(run: $r) { sequence } }",
            "variables": {"r": run["id"]},
        }
        await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
        listed = (await ask(client, "{ operations { nodes { id } } }"))["operations"]["nodes"]
        operation = listed[0]["id"]
        from graph.schema.ids import decode, encode  # noqa: PLC0415 - beside its use

        absent = encode("Mover", f"arn:aws:datasync:us-east-1:{LAB}:task/task-{'0' * 17}")
        ids = {"MOVER": mover, "RUN": run["id"], "OPERATION": operation, "ABSENT": absent}
        lost = f"arn:aws:datasync:us-east-1:{LAB}:location/loc-{'0' * 17}"
        ids["LOCATION"] = encode("Location", lost)
        ids["AGENT"] = encode("Agent", f"arn:aws:datasync:us-east-1:{LAB}:agent/agent-{'0' * 17}")
        ids["LOST"] = encode("Run", f"{decode(absent)[1]}/execution/exec-{'0' * 17}")
        del client.headers["X-Auth-Token"]
        yield World(client, ids, run["runId"], decode(operation)[1])


def fields_of(given: GraphQLNamedType) -> set[str]:
    assert isinstance(given, GraphQLObjectType)
    return set(given.fields)


def test_the_table_has_every_field_and_every_route() -> None:
    types = graphql_schema().core.type_map
    fields = {
        f"{name}.{field}"
        for name in ("Query", "Mutation", "Subscription")
        for field in fields_of(types[name])
    }
    of_account = fields_of(types["Account"]) - {"id", "accountId", "region", "regions"}
    assert set(FIELDS) == fields | {f"Account.{field}" for field in of_account}
    routes = {(method, path) for path, methods in PATHS.items() for method in methods}
    assert {("ANY" if method == ANY else method, path) for method, path in routes} == set(ROUTES)


@pytest.mark.parametrize("caller", CALLERS)
async def test_each_field_answers_as_the_right_of_the_caller_says(
    world: World, caller: str
) -> None:
    for field, (document, by_caller) in FIELDS.items():
        query = document
        for name, node_id in world.ids.items():
            query = query.replace(f'"{name}"', f'"{node_id}"')
        body = {"query": query, "variables": {"new": new_mover()} if "$new" in query else {}}
        headers = dict(HEADERS[caller])
        if field == "Subscription.activity" and by_caller[CALLERS.index(caller)] == OK:
            continue  # it does not complete: tests/schema/test_activity.py follows it
        if field.startswith("Subscription."):
            headers["Accept"] = "text/event-stream"
        response = await world.client.post("/graphql", json=body, headers=headers)
        wanted = by_caller[CALLERS.index(caller)]
        if field in ("Mutation.stopMover", "Mutation.setRunBandwidth") and wanted == OK:
            wanted = "NOT_RUNNING"
        assert outcome(response) == wanted, (field, response.text)


def outcome(response: httpx.Response) -> str:
    """The code of the error, or whether anything was found."""
    text = response.text
    if "data: " in text:
        text = next(line for line in text.splitlines() if line.startswith("data: "))[6:]
    answer = orjson.loads(text)
    if answer.get("errors"):
        return str(answer["errors"][0]["extensions"]["code"])
    found = answer["data"]
    while isinstance(found, dict) and found:
        if found.get("errors"):
            return str(found["errors"][0]["code"])
        if "errors" in found:
            return OK
        found = next(iter(found.values()))
    return OK if found not in ([], [None], None, {}, 0) else NONE


@pytest.mark.parametrize("caller", CALLERS)
async def test_each_route_answers_as_the_right_of_the_caller_says(
    world: World, caller: str
) -> None:
    end = {"Type": "S3", "S3": {"S3BucketArn": f"arn:aws:s3:::from-{LAB}"}}
    create = {"Name": "one", "Source": end, "Destination": end}
    for (method, route), (given, by_caller) in ROUTES.items():
        path = route.format(account=LAB, group="g", name="one", run=world.run)
        query = f"?task={world.task}" if method == "ANY" else ""
        response = await world.client.request(
            "GET" if method == "ANY" else method,
            path + query,
            json=create if given == "create" else given,
            headers=HEADERS[caller],
        )
        assert response.status_code == by_caller[CALLERS.index(caller)], (method, route)
        if response.status_code == 200 and caller == "other":
            assert response.json() == SHOWN[route]
        if response.status_code == 403:
            assert response.content == b""
