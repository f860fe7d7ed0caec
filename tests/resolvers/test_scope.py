"""What a key may not read looks like not found; what it may not write is forbidden."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.auth import token_for
from graph.sandbox import Fault, Sandbox
from graph.schema.ids import encode
from tests.world import LAB, OTHER, ask, furnish, made, new_mover, serving, tell

KEYS: dict[str, dict[str, Any]] = {
    "reader": {},
    "of-g": {
        "groups": ["g"],
        "resources": [f"arn:aws:s3:::*-{LAB}"],
        "write": True,
        "forwarded_user": True,
    },
    "of-other": {"accounts": [OTHER], "write": True},
}
HEADERS = {name: {"X-Auth-Token": token_for(f"key of {name}", 4)} for name in KEYS}
TABLES = [{"name": name, "key": f"key of {name}"} | rights for name, rights in KEYS.items()]
START = """mutation($id: ID!) { startMover(input: {mover: $id}) {
  run { id startedBy } errors { code message } } }"""
REFUSED = {
    "create": (
        "mutation($input: CreateMoverInput!) { createMover(input: $input) { errors { code } } }"
    ),
    "start": "mutation($id: ID!) { startMover(input: {mover: $id}) { errors { code } } }",
    "stop": "mutation($id: ID!) { stopMover(input: {mover: $id}) { errors { code } } }",
    "delete": "mutation($id: ID!) { deleteMover(input: {mover: $id}) { errors { code } } }",
}


@dataclass
class World:
    client: httpx.AsyncClient
    ids: dict[str, str]
    """Of a mover in each group."""
    run: str

    async def tell(self, key: str, query: str, **variables: Any) -> dict[str, Any]:
        self.client.headers.update(HEADERS[key])
        return await tell(self.client, query, **variables)

    async def rest(self, key: str, method: str, path: str, body: Any = None) -> httpx.Response:
        path = f"/v1/datasync/{path}"
        return await self.client.request(method, path, json=body, headers=HEADERS[key])


@pytest.fixture
async def world(aws: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    """A mover in group g and one in h, which has run; asked by keys that see this or that."""
    furnish(aws, LAB, a=b"1")
    furnish(aws, OTHER)
    async with serving(tmp_path, keys=TABLES) as client:
        g, h = await asyncio.gather(made(client, group="g"), made(client, group="h"))
        ids = {"g": g, "h": h}
        run = (await ask(client, START, id=ids["h"]))["startMover"]["run"]["id"]
        yield World(client, ids, run)


async def test_a_key_that_reads_is_forbidden_to_write(world: World) -> None:
    for query in REFUSED.values():
        answer = await world.tell("reader", query, id=world.ids["g"], input=new_mover("two"))
        assert [e["extensions"]["code"] for e in answer["errors"]] == ["FORBIDDEN"], query
    one = f"{LAB}/movers/g/one"
    for method, body in (("PUT", {"State": "start"}), ("PUT", {"State": "stop"}), ("DELETE", None)):
        refused = await world.rest("reader", method, one, body)
        assert (refused.status_code, refused.content) == (403, b"")
    s3 = {"Type": "S3", "S3": {"S3BucketArn": "arn:aws:s3:::b"}}
    create = {"Name": "two", "Source": s3, "Destination": s3}
    refused = await world.rest("reader", "POST", f"{LAB}/movers/g", create)
    assert (refused.status_code, refused.content) == (403, b"")
    listed = await world.rest("reader", "GET", f"{LAB}/movers")
    assert listed.json() == ["one", "one"]


async def test_lists_show_what_the_key_sees(world: World) -> None:
    query = """query($a: AccountId!) { account(id: $a) {
      groups { nodes { name } } movers { totalCount nodes { group { name } } }
    } }"""
    answer = await world.tell("of-g", query, a=LAB)
    assert answer["data"]["account"] == {
        "groups": {"nodes": [{"name": "g"}]},
        "movers": {"totalCount": 1, "nodes": [{"group": {"name": "g"}}]},
    }
    assert (await world.rest("of-g", "GET", f"{LAB}/movers")).json() == ["one"]
    assert (await world.rest("of-g", "GET", f"{LAB}/movers/h")).json() == []


async def test_an_unseen_group_answers_as_one_that_is_not_there(world: World) -> None:
    for path in ("one", "one/runs", f"one/runs/{'exec-' + '0' * 17}"):
        answers = [
            await world.rest("of-g", "GET", f"{LAB}/movers/{group}/{path}")
            for group in ("h", "nowhere")
        ]
        assert [(a.status_code, a.text) for a in answers] == [(404, "datasync mover not found")] * 2
    query = 'query($a: AccountId!) { mover(account: $a, group: "%s", name: "one") { id } }'
    hidden, absent = [await world.tell("of-g", query % g, a=LAB) for g in ("h", "nowhere")]
    assert hidden == absent == {"data": {"mover": None}}


async def test_the_id_of_an_unseen_thing_leads_nowhere(world: World) -> None:
    node = "query($id: ID!) { node(id: $id) { id } }"
    progress = "subscription($id: ID!) { runProgress(run: $id) { sequence } }"
    for node_id in (world.ids["h"], world.run):
        assert await world.tell("of-g", node, id=node_id) == {"data": {"node": None}}
        assert await world.tell("of-other", node, id=node_id) == {"data": {"node": None}}
        assert "errors" not in await world.tell("reader", node, id=node_id)
    for query in (REFUSED["start"], REFUSED["stop"], REFUSED["delete"]):
        answer = await world.tell("of-g", query, id=world.ids["h"])
        (payload,) = answer["data"].values()
        assert payload["errors"] == [{"code": "NOT_FOUND"}]
    body = {"query": progress, "variables": {"id": world.run}}
    headers = HEADERS["of-g"] | {"Accept": "text/event-stream"}
    streamed = await world.client.post("/graphql", json=body, headers=headers)
    assert "not found" in streamed.text
    assert "sequence" not in streamed.text


async def test_an_unseen_account_answers_as_one_that_is_not_there(
    aws: Sandbox, tmp_path: Path
) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path, keys=TABLES, accounts=(LAB, OTHER)) as client:
        s3 = {"Type": "S3", "S3": {"S3BucketArn": "arn:aws:s3:::b"}}
        good = {"Name": "two", "Source": s3, "Destination": s3}
        for method, path, body, status in (
            ("GET", "", None, 404),
            ("GET", "/g", None, 404),
            ("GET", "/g/one", None, 404),
            ("POST", "/g", good, 404),
            ("POST", "/g", {"Name": ""}, 400),
            ("PUT", "/g/one", {"State": "start"}, 404),
            ("DELETE", "/g/one", None, 404),
        ):
            hidden, absent = [
                await client.request(
                    method,
                    f"/v1/datasync/{a}/movers{path}",
                    json=body,
                    headers=HEADERS["of-other"],
                )
                for a in (LAB, "444444444444")
            ]
            assert hidden.status_code == absent.status_code == status
            assert hidden.text.replace(LAB, "4" * 12) == absent.text
        client.headers.update(HEADERS["of-other"])
        answer = await ask(client, "{ accounts { accountId } viewer { accounts } }")
        assert answer == {"accounts": [{"accountId": OTHER}], "viewer": {"accounts": [OTHER]}}


async def test_a_key_writes_in_its_own_groups_alone(world: World) -> None:
    answer = await world.tell("of-g", REFUSED["create"], input=new_mover("two", group="h"))
    assert told(answer)[0] == "FORBIDDEN"
    answer = await world.tell("of-g", REFUSED["create"], input=new_mover("two", group="g"))
    assert answer["data"]["createMover"]["errors"] == []


async def test_who_asked_is_kept_with_what_was_done(world: World) -> None:
    headers = HEADERS["of-g"] | {"X-Forwarded-User": "ann"}
    body = {"query": START, "variables": {"id": world.ids["g"]}}
    started = (await world.client.post("/graphql", json=body, headers=headers)).json()
    assert started["data"]["startMover"]["run"]["startedBy"] == "of-g for ann"
    query = """mutation($input: CreateMoverInput!) { createMover(input: $input) {
      operation { requestedBy } } }"""
    body = {"query": query, "variables": {"input": new_mover("two")}}
    made = (await world.client.post("/graphql", json=body, headers=headers)).json()
    assert made["data"]["createMover"]["operation"] == {"requestedBy": "of-g for ann"}
    viewer = {"query": "{ viewer { name onBehalfOf mayWrite accounts groups } }"}
    seen = (await world.client.post("/graphql", json=viewer, headers=headers)).json()
    assert seen["data"]["viewer"] == {
        "name": "of-g",
        "onBehalfOf": "ann",
        "mayWrite": True,
        "accounts": None,
        "groups": ["g"],
    }


async def test_one_caller_never_meets_anothers_idempotency_key(world: World) -> None:
    query = """mutation($input: CreateMoverInput!) { createMover(input: $input) {
      operation { id } errors { code } } }"""
    given = new_mover("two") | {"idempotencyKey": "k"}
    first = await world.tell("of-g", query, input=given)
    again = await world.tell("of-g", query, input=given)
    assert first == again
    world.client.headers.update({"X-Auth-Token": token_for("correct horse", 4)})
    other = await tell(world.client, query, input=given)
    assert other["data"]["createMover"]["errors"] == [{"code": "NAME_TAKEN"}]


async def test_a_mover_that_is_being_deleted_is_still_shown_to_none_but_who_sees_it(
    world: World, aws: Sandbox
) -> None:
    aws.interceptor.add(Fault("DeleteLocation", "gate"))
    given = {"X-Auth-Token": token_for("correct horse", 4)}
    world.client.headers.update(given)
    query = REFUSED["delete"].replace("$id}", "$id, cancelRun: true}")
    begun = await tell(world.client, query, id=world.ids["h"])
    assert begun["data"]["deleteMover"]["errors"] == []
    assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
    path = f"{LAB}/movers/h/one"
    unseen = await world.rest("of-g", "DELETE", path)
    assert (unseen.status_code, unseen.text) == (404, "datasync mover not found")
    assert (await world.rest("of-other", "DELETE", path)).status_code == 404
    assert (await world.rest("reader", "DELETE", path)).status_code == 403
    payload = (await world.tell("of-g", REFUSED["delete"], id=world.ids["h"]))["data"]
    assert payload["deleteMover"]["errors"] == [{"code": "NOT_FOUND"}]
    told_off = await world.tell("reader", REFUSED["delete"], id=world.ids["h"])
    assert told(told_off)[0] == "FORBIDDEN"
    aws.interceptor.clear()


@pytest.mark.parametrize("gate", ["CreateLocationS3", "DescribeTask"])
async def test_of_a_mover_that_is_still_being_made_rights_are_told_before_its_state(
    world: World, aws: Sandbox, gate: str
) -> None:
    aws.interceptor.add(Fault(gate, "gate-after"))
    given = await world.tell("of-g", REFUSED["create"], input=new_mover("two"))
    assert given["data"]["createMover"]["errors"] == []
    assert await asyncio.to_thread(aws.interceptor.wait_for_gate, 20)
    path = f"{LAB}/movers/g/two"
    refused = await world.rest("reader", "DELETE", path)
    assert (refused.status_code, refused.content) == (403, b"")
    assert (await world.rest("of-other", "DELETE", path)).status_code == 404
    assert (await world.rest("of-g", "DELETE", path)).status_code == 409
    assert (await world.rest("reader", "DELETE", f"{path}-b")).status_code == 403
    for arn in aws.state()[LAB]["tasks"]:
        asked = await world.tell("reader", REFUSED["delete"], id=encode("Mover", arn))
        assert told(asked)[0] == "FORBIDDEN"
    aws.interceptor.clear()


def told(answer: dict[str, Any]) -> tuple[str, str]:
    """The code and text of the one error."""
    (error,) = answer["errors"]
    return error["extensions"]["code"], error["message"]
