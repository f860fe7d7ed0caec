"""Rights are checked before anything is done with a request, however large it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from graph.app import graphql_schema
from graph.auth import token_for
from graph.sandbox import Sandbox
from graph.schema.ids import decode, encode
from tests.agents import AGENT
from tests.transport.hostile import fields, requests
from tests.world import LAB, OTHER, ask, furnish, made, serving

SCHEMA = graphql_schema().core
TABLES: list[dict[str, Any]] = [
    {"name": "nothing", "key": "key of nothing", "accounts": [OTHER], "groups": ["nobodys"]},
    {"name": "reader", "key": "key of reader"},
]
HEADERS = {
    table["name"]: {
        "X-Auth-Token": token_for(table["key"], 4),
        "Content-Type": "application/json",
    }
    for table in TABLES
}
STORED = "{ operations { nodes { id } } audit(first: 100) { nodes { phase } } }"


async def written(client: httpx.AsyncClient) -> set[str]:
    """The kinds of records that the store has."""
    stored = await ask(client, STORED)
    phases = {node["phase"] for node in stored["audit"]["nodes"]}
    return phases | ({"OPERATION"} if stored["operations"]["nodes"] else set())


@pytest.mark.timeout(240)
@pytest.mark.parametrize("field", fields(SCHEMA))
async def test_a_caller_without_rights_causes_no_call_and_no_write_whatever_it_sends(
    aws: Sandbox, tmp_path: Path, field: str
) -> None:
    furnish(aws)
    seen = Counter[str]()
    async with serving(tmp_path, keys=TABLES) as client:
        aws.interceptor.forget_calls()
        for _, body in requests(SCHEMA, field):
            response = await client.post("/graphql", content=body, headers=HEADERS["nothing"])
            seen.update(codes(orjson.loads(response.content)))
        assert aws.interceptor.counts() == {}
        assert await written(client) <= {"REFUSED"}
    assert not seen["INTERNAL"]


def codes(answer: Any) -> list[str]:
    found = [error["extensions"]["code"] for error in answer.get("errors", ())]
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict):
            found += [error["code"] for error in payload.get("errors") or ()]
    return found


CHANGES: dict[str, dict[str, Any]] = {
    "startMover": {"mover": "MOVER", "idempotencyKey": "k"},
    "stopMover": {"mover": "MOVER"},
    "rerun": {"run": "RUN"},
    "setRunBandwidth": {"run": "RUN", "bytesPerSecond": 1},
    "setRunTags": {"run": "RUN", "tags": []},
    "updateMover": {"mover": "MOVER", "name": "x"},
    "deleteMover": {"mover": "MOVER", "cancelRun": True},
    "activateAgent": {"account": LAB, "activationKey": "x"},
    "updateLocation": {"location": "LOCATION", "change": {"nfs": {"version": "NFS3"}}},
    "updateAgent": {"agent": "AGENT", "name": "x"},
    "deleteAgent": {"agent": "AGENT"},
    "cleanOrphans": {"account": LAB, "dryRun": False},
}


def test_every_mutation_is_tried() -> None:
    mutations: Any = SCHEMA.mutation_type
    assert CHANGES.keys() | {"createMover"} == mutations.fields.keys()


@pytest.mark.timeout(240)
async def test_a_read_only_key_is_refused_before_aws_is_asked_what_it_refers_to(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws)
    async with serving(tmp_path, keys=TABLES) as client:
        mover = await made(client)
        aws.interceptor.forget_calls()
        for field, given in CHANGES.items():
            kind = f"{field[0].upper()}{field[1:]}Input"
            query = (
                f"mutation($input: {kind}!) {{ {field}(input: $input) {{ errors {{ code }} }} }}"
            )
            ids = {"MOVER": mover, "RUN": encode("Run", f"{decode(mover)[1]}/execution/exec-0")}
            ids["LOCATION"] = encode("Location", AGENT.replace("agent/agent-", "location/loc-"))
            ids["AGENT"] = encode("Agent", AGENT)
            variables = {"input": {n: ids.get(str(v), v) for n, v in given.items()}}
            response = await client.post(
                "/graphql", json={"query": query, "variables": variables}, headers=HEADERS["reader"]
            )
            assert codes(response.json()) == ["FORBIDDEN"], field
        path = f"/v1/datasync/{LAB}/movers/g/one"
        for method, body in (
            ("PUT", {"State": "start"}),
            ("PUT", {"State": "stop"}),
            ("DELETE", None),
        ):
            response = await client.request(method, path, json=body, headers=HEADERS["reader"])
            assert response.status_code == 403
        assert aws.interceptor.counts() == {}
