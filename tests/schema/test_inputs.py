"""What clients give: where it is wrong they learn it in one place, and nobody else suffers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from graph.sandbox import Fault, Sandbox
from graph.schema.ids import encode
from tests.world import CREATE, LAB, OTHER, ask, furnish, made, new_mover, serving, tell

TASK = f"arn:aws:datasync:us-east-1:{LAB}:task/task-0123456789abcdef0"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } server { org } }"
ACTIONS = {
    action: f"mutation($id: ID!) {{ {action}(input: {{mover: $id}}) {{ errors {{ code path }} }} }}"
    for action in ("startMover", "stopMover", "deleteMover")
}
LITERAL = """mutation { createMover(input: {account: "%s", group: "g", name: "one",
  source: {s3: {bucketArn: "%s"}}, destination: {s3: {bucketArn: "%s"}}}) {
  errors { code message path } } }"""
HALF = "\\ud800"
"""Of a surrogate pair, as JSON and GraphQL write it."""


async def test_a_node_that_fails_is_null_for_itself_alone(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        mover = await made(client)
        furnish(aws, OTHER)
        aws.border.add(Fault("ListTasks", "denied", account=OTHER, count=20))
        ids = ["bad", mover, encode("Account", OTHER), encode("Mover", TASK), encode("Run", "x")]
        answer = await tell(client, NODES, ids=ids)
    assert answer["data"]["server"] == {"org": "acme"}
    assert answer["data"]["nodes"] == [None, {"id": mover}, None, None, None]
    errors = {tuple(error["path"]): error["extensions"]["code"] for error in answer["errors"]}
    assert errors == {
        ("nodes", 0): "INVALID",
        ("nodes", 2): "ACCESS_DENIED",
    }


async def test_a_bad_id_of_a_mover_is_pointed_at(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    codes = {
        "bad": "INVALID",
        encode("Account", LAB): "INVALID",
        encode("Mover", "no arn"): "NOT_FOUND",
        encode("Mover", TASK): "NOT_FOUND",
    }
    async with serving(tmp_path) as client:
        for action, mutation in ACTIONS.items():
            for node_id, code in codes.items():
                payload = (await ask(client, mutation, id=node_id))[action]
                assert payload["errors"] == [{"code": code, "path": ["input", "mover"]}], action


async def test_a_bad_account_or_arn_is_an_error_of_the_payload_however_it_is_written(
    aws: Sandbox, tmp_path: Path
) -> None:
    good = {"account": LAB, "source": f"arn:aws:s3:::from-{LAB}", "destination": "arn:aws:s3:::to"}
    async with serving(tmp_path) as client:
        for wrong, path, text in (
            ("account", ["account"], "12 digits"),
            ("source", ["source", "s3", "bucketArn"], "is not a valid ARN"),
            ("destination", ["destination", "s3", "bucketArn"], "is not a valid ARN"),
        ):
            given = good | {wrong: "nonsense"}
            variable = new_mover(account=given["account"]) | {
                side: {"s3": {"bucketArn": given[side]}} for side in ("source", "destination")
            }
            answers = [
                await ask(client, CREATE, input=variable),
                await ask(client, LITERAL % tuple(given.values())),
            ]
            as_variable, as_literal = (answer["createMover"]["errors"] for answer in answers)
            assert as_variable == as_literal
            (error,) = as_literal
            assert (error["code"], error["path"]) == ("INVALID", ["input", *path])
            assert text in error["message"]
            assert "Did you mean" not in error["message"]
    assert aws.border.calls() == []


async def test_a_bad_account_has_one_code_in_a_query_however_it_is_written(tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        answers = [
            await tell(client, '{ account(id: "x") { id } server { org } }'),
            await tell(client, "query($a: AccountId!) { account(id: $a) { id } }", a="x"),
            await tell(client, "{ operations(filter: {account: 1}) { nodes { id } } }"),
            await tell(client, '{ operations(filter: {account: "x"}) { nodes { id } } }'),
        ]
    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers]
    assert codes == ["INVALID", "INVALID", "GRAPHQL_INVALID", "INVALID"]
    assert answers[0]["data"] == {"account": None, "server": {"org": "acme"}}


async def graphql(client: httpx.AsyncClient, body: str) -> Any:
    response = await client.post(
        "/graphql", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in (200, 400), response.text
    return response.json()["errors"][0]["extensions"]["code"]


async def test_half_a_surrogate_pair_is_refused_wherever_it_stands(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    query = 'query($g: String) { mover(account: "%s", group: %s, name: "x") { name } }'
    bodies = [
        json.dumps({"query": query % (LAB, f'"{HALF}"')}),
        json.dumps({"query": query % (LAB, "$g"), "variables": {"g": "\ud800"}}),
        json.dumps({"query": query % (LAB, '"\ud800"')}),
    ]
    rest = f"/v1/datasync/{LAB}/movers/g"
    ends = ",".join(
        f'"{side}": {{"Type": "S3", "S3": {{"S3BucketArn": "arn:aws:s3:::{name}-{LAB}"}}}}'
        for side, name in (("Source", "from"), ("Destination", "to"))
    )
    async with serving(tmp_path) as client:
        for body in bodies:
            assert await graphql(client, body) in ("GRAPHQL_INVALID", "BAD_REQUEST")
        named = await client.post(rest, content=f'{{"Name": "a{HALF}", {ends}}}')
        assert named.status_code == 400
        assert (await client.get(f"{rest}/%ED%A0%80")).status_code in (400, 404)
        assert (await client.put(f"{rest}/x", content=f'{{"State": "{HALF}"}}')).status_code == 400
    assert aws.state()[LAB]["tasks"] == []
