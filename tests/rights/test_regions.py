"""Keys that are limited to a region see and change what is there, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.auth import token_for
from graph.sandbox import Sandbox
from graph.schema.ids import decode
from tests.world import CREATE, LAB, MADE, ask, ended, furnish, new_mover, serving, tell

HOME, FAR = "us-east-1", "eu-west-1"
REGIONS = (HOME, FAR)
PARTS = """query($id: ID!) { node(id: $id) { ... on Mover {
  account { id } group { id } source { id } destination { id } } } }"""
START = "mutation($id: ID!) { startMover(input: {mover: $id}) { run { id } errors { code } } }"
STOP = "mutation($id: ID!) { stopMover(input: {mover: $id}) { errors { code } } }"
DELETE = "mutation($id: ID!) { deleteMover(input: {mover: $id}) { errors { code } } }"
RENAME = """mutation($id: ID!) {
  updateMover(input: {mover: $id, name: "two"}) { errors { code } } }"""
LOCATION = """mutation($id: ID!) { updateLocation(input: { location: $id, alsoFor: SHARED,
  change: {s3: {storageClass: "ONEZONE_IA"}}}) { errors { code } } }"""
RERUN = "mutation($id: ID!) { rerun(input: {run: $id}) { errors { code } } }"
FOLLOW = "subscription($id: ID!) { runProgress(run: $id) { sequence run { outcome } } }"
ACTIVITY = (
    'subscription($region: String!) { activity(account: "%s", region: $region) { __typename } }'
)
LISTS = f"""query($own: String!, $other: String!) {{
  viewer {{ regions }}
  own: account(id: "{LAB}", region: $own) {{ ...Lists }}
  other: account(id: "{LAB}", region: $other) {{ ...Lists }}
  mover(account: "{LAB}", group: "g", name: "one", region: $other) {{ id }}
  accounts(region: $own) {{ id }}
  others: accounts(region: $other) {{ id }}
  operations {{ nodes {{ mover {{ id }} }} }}
  audit(filter: {{action: CREATE_MOVER, phase: COMPLETED}}) {{ nodes {{ region }} }} }}
fragment Lists on Account {{ id region regions movers {{ nodes {{ id }} }}
  orphans {{ arn }} agents {{ nodes {{ id }} }} }}"""
HOPS = """query($id: ID!, $region: String!) { node(id: $id) { ... on Account {
  movers(region: $region) { nodes { id } } } } }"""


def headers(region: str) -> dict[str, str]:
    return {"X-Auth-Token": token_for(f"key of {region}", 4)}


@dataclass
class World:
    client: httpx.AsyncClient
    ids: dict[str, dict[str, str]]
    """By region: those of the mover, its parts, its operation and a run."""

    def by(self, region: str) -> httpx.AsyncClient:
        self.client.headers.update(headers(region))
        return self.client


@pytest.fixture
async def world(aws: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    """A mover of the same name in each region, and a key for each region that may do everything."""
    furnish(aws, LAB, a=b"1")
    aws.set_pace(launch=0, phase=0)
    keys = [{"name": region, "key": f"key of {region}", "regions": [region]} for region in REGIONS]
    tables = [key | {"write": True, "audit": True} for key in keys]
    async with serving(tmp_path, regions=REGIONS, keys=tables, accounts=(LAB,)) as client:
        yield World(client, {region: await made_in(client, region) for region in REGIONS})


async def made_in(client: httpx.AsyncClient, region: str) -> dict[str, str]:
    given = new_mover() | {"region": region}
    operation = (await ask(client, CREATE, input=given))["createMover"]["operation"]["id"]
    mover = (await ended(client, operation, MADE))["mover"]["id"]
    parts = (await ask(client, PARTS, id=mover))["node"]
    run = (await ask(client, START, id=mover))["startMover"]["run"]["id"]
    await events(client, run)
    found = {name: part["id"] for name, part in parts.items()}
    return found | {"mover": mover, "operation": operation, "run": run}


async def events(client: httpx.AsyncClient, run: str) -> str:
    body = {"query": FOLLOW, "variables": {"id": run}}
    response = await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    return response.text


def codes(answer: dict[str, Any]) -> list[str]:
    """Those of a mutation's payload, or of the whole answer."""
    if "errors" in answer:
        return [error["extensions"]["code"] for error in answer["errors"]]
    (payload,) = answer["data"].values()
    return [error["code"] for error in payload["errors"]]


@pytest.mark.parametrize(("own", "other"), [REGIONS, REGIONS[::-1]])
async def test_a_key_of_one_region_sees_what_is_there(world: World, own: str, other: str) -> None:
    client, ids = world.by(own), world.ids
    shown = await ask(client, LISTS, own=own, other=other)
    assert shown["viewer"] == {"regions": [own]}
    assert (shown["own"]["region"], shown["own"]["regions"]) == (own, [own])
    assert shown["own"]["movers"]["nodes"] == [{"id": ids[own]["mover"]}]
    assert (shown["other"], shown["mover"], shown["others"]) == (None, None, [])
    assert [each["id"] for each in shown["accounts"]] == [ids[own]["account"]]
    assert shown["operations"]["nodes"] == [{"mover": {"id": ids[own]["mover"]}}]
    assert shown["audit"]["nodes"] == [{"region": own}]
    node = "query($id: ID!) { node(id: $id) { id } }"
    for name, here in ids[own].items():
        assert (await ask(client, node, id=here))["node"] == {"id": here}, name
        assert (await ask(client, node, id=ids[other][name]))["node"] is None, name
    hop = await tell(client, HOPS, id=ids[own]["account"], region=other)
    assert codes(hop) == ["NOT_FOUND"]


@pytest.mark.parametrize(("own", "other"), [REGIONS, REGIONS[::-1]])
async def test_a_key_of_one_region_changes_what_is_there(
    world: World, own: str, other: str
) -> None:
    client, ids = world.by(own), world.ids
    for document, what in (
        (START, "mover"),
        (STOP, "mover"),
        (RENAME, "mover"),
        (DELETE, "mover"),
        (LOCATION, "destination"),
        (RERUN, "run"),
    ):
        refused = await tell(client, document, id=ids[other][what])
        assert codes(refused) == ["NOT_FOUND"], document
    given = new_mover("new") | {"region": other}
    assert codes(await tell(client, CREATE, input=given)) == ["NOT_FOUND"]
    created = await tell(client, CREATE, input=new_mover("new") | {"region": own})
    assert codes(created) == []
    await ended(client, created["data"]["createMover"]["operation"]["id"])
    assert codes(await tell(client, LOCATION, id=ids[own]["destination"])) == []
    assert codes(await tell(client, DELETE, id=ids[own]["mover"])) == []
    listed = await client.get(f"/v1/datasync/{LAB}/movers")
    assert listed.status_code == (200 if own == HOME else 404), "REST serves the default region"


@pytest.mark.parametrize(("own", "other"), [REGIONS, REGIONS[::-1]])
async def test_a_stream_requires_its_region_even_where_others_follow_the_run(
    world: World, own: str, other: str
) -> None:
    run = world.ids[own]["run"]
    assert '"outcome":"SUCCEEDED"' in await events(world.by(own), run)
    assert "NOT_FOUND" in await events(world.by(other), run)
    body = {"query": ACTIVITY % LAB, "variables": {"region": own}}
    accept = {"Accept": "text/event-stream"}
    refused = await world.by(other).post("/graphql", json=body, headers=accept)
    assert "NOT_FOUND" in refused.text


async def test_a_location_that_another_region_uses_is_changed_by_those_who_may_change_both(
    world: World,
) -> None:
    arn = decode(world.ids[HOME]["destination"])[1]
    client, more = world.client, {"region": FAR, "name": "shares"}
    given = new_mover() | more | {"destination": {"existing": {"locationArn": arn}}}
    made = (await ask(client, CREATE, input=given))["createMover"]
    assert (await ended(client, made["operation"]["id"], MADE))["status"] == "COMPLETED"
    location = world.ids[HOME]["destination"]
    assert codes(await tell(client, LOCATION, id=location)) == []
    assert codes(await tell(world.by(HOME), LOCATION, id=location)) == ["FORBIDDEN"]
    assert codes(await tell(world.by(FAR), LOCATION, id=location)) == ["NOT_FOUND"]
