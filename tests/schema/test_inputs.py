"""Inputs of mutations: an error is reported with its path, and affects no other client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from graph.sandbox import Sandbox
from tests.world import CREATE, LAB, ask, furnish, new_mover, serving

LITERAL = """mutation { createMover(input: {account: "%s", group: "g", name: "one",
  source: {s3: {bucketArn: "%s"}}, destination: {s3: {bucketArn: "%s"}}}) {
  errors { code message path } } }"""
HALF = "\\ud800"
"""Of a surrogate pair, as JSON and GraphQL write it."""


async def test_a_bad_account_or_arn_is_an_error_of_the_payload_however_it_is_written(
    aws: Sandbox, tmp_path: Path
) -> None:
    good = {"account": LAB, "source": f"arn:aws:s3:::from-{LAB}", "destination": "arn:aws:s3:::to"}
    async with serving(tmp_path) as client:
        aws.interceptor.forget_calls()
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
    assert aws.interceptor.calls() == []


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
