"""Changes of locations: by whom, for whom, and only of what was seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph.sandbox import Sandbox
from graph.schema.ids import decode, encode
from tests import leftover
from tests.agents import AGENT, KEYS, OTHER_AGENT, World, agents_world
from tests.audited import read
from tests.world import CREATE, LAB, MADE, ask, ended, new_mover

UPDATE = """mutation($input: UpdateLocationInput!) { updateLocation(input: $input) {
  location { uri revision ... on NfsLocation { agentArns } } errors { code message path } } }"""
ENDS = """query($id: ID!) { node(id: $id) { ... on Mover {
  source { id arn uri revision } destination { id } } } }"""
NFS = {"serverHostname": "new.example"}
GROUPED: dict[str, dict[str, Any]] = {
    "both": {"groups": ["g", "h"], "write": True, "resources": [AGENT]},
    "runs": {"groups": ["g"], "run": True, "resources": [AGENT]},
    "of-h": {"groups": ["h"], "write": True, "resources": [AGENT]},
}


@pytest_asyncio.fixture
async def world(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    for name, given in GROUPED.items():
        monkeypatch.setitem(KEYS, name, given)
    async with agents_world(aws, tmp_path) as world:
        yield world


async def ends(world: World, mover: str) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(world.client, ENDS, id=mover))["node"]
    return found


async def update(
    world: World, location: str, change: dict[str, Any], key: str | None = None, **more: Any
) -> dict[str, Any]:
    """The payload; for an error of the request its code."""
    given = {"location": location, "change": change} | more
    answer = await world.ask(UPDATE, key, input=given)
    if answer.get("errors"):
        return {"errors": [{"code": answer["errors"][0]["extensions"]["code"]}]}
    payload: dict[str, Any] = answer["data"]["updateLocation"]
    return payload


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


async def share(world: World, mover: str, group: str) -> str:
    """Another mover with the same source. Returns its id."""
    arn = (await ends(world, mover))["source"]["arn"]
    given = new_mover("shares", group) | {"source": {"existing": {"locationArn": arn}}}
    payload = (await ask(world.client, CREATE, input=given))["createMover"]
    operation = await ended(world.client, payload["operation"]["id"], MADE)
    return str(operation["mover"]["id"])


async def test_a_location_is_changed_shown_and_recorded(world: World) -> None:
    source = (await ends(world, await world.mover()))["source"]
    world.aws.agent(LAB, agent_id="1" * 17)
    change = {"nfs": NFS | {"agentArns": [OTHER_AGENT]}}
    payload = await update(world, source["id"], change, ifUnchangedSince=source["revision"])
    assert payload["errors"] == []
    assert payload["location"].pop("revision") != source["revision"]
    assert payload["location"] == {"uri": "nfs://new.example/x/", "agentArns": [OTHER_AGENT]}
    stale = await update(world, source["id"], change, ifUnchangedSince=source["revision"])
    assert codes(stale) == ["CONFLICT"]
    world.aws.interceptor.forget_calls()
    assert codes(await update(world, source["id"], change)) == []
    assert not world.aws.interceptor.counts()["datasync.UpdateLocationNfs"]
    found = [each for each in await read(world.client) if each["action"] == "UPDATE_LOCATION"]
    assert [each["phase"] for each in found if each["phase"] != "REQUESTED"] == [
        *("ACCEPTED", "REFUSED", "ACCEPTED"),
    ]
    assert {tuple(each["resources"]) for each in found} == {(source["arn"],)}


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("reader", "FORBIDDEN"),
        ("runs", "FORBIDDEN"),
        ("of-g", "FORBIDDEN"),  # it has no rule for the agent
        ("ruled", None),
        ("of-h", "NOT_FOUND"),
        ("all", None),
        ("others", "FORBIDDEN"),
    ],
)
async def test_who_may_change_the_mover_and_use_its_resources_may_change_its_location(
    world: World, key: str, code: str | None
) -> None:
    source = (await ends(world, await world.mover()))["source"]
    assert codes(await update(world, source["id"], {"nfs": NFS}, key)) == ([code] if code else [])


@pytest.mark.parametrize("change", [{}, {"subdirectory": "/y", "version": "NFS3"}])
async def test_an_agent_that_is_gone_is_blamed_and_not_the_location(
    world: World, change: dict[str, str]
) -> None:
    source = (await ends(world, await world.mover()))["source"]
    given = {"nfs": {"agentArns": [OTHER_AGENT], **change}}
    (error,) = (await update(world, source["id"], given))["errors"]
    assert (error["code"], error["path"]) == (
        "NOT_FOUND",
        ["input", "change", "nfs", "agentArns"],
    )


async def test_a_change_gives_no_resource_that_no_rule_allows(world: World) -> None:
    source = (await ends(world, await world.mover()))["source"]
    world.aws.agent(LAB, agent_id="1" * 17)
    change = {"nfs": {"agentArns": [OTHER_AGENT]}}
    assert codes(await update(world, source["id"], change, "ruled")) == ["FORBIDDEN"]


async def test_a_shared_location_changes_for_all_or_not_at_all(world: World) -> None:
    mover = await world.mover()
    source = (await ends(world, mover))["source"]["id"]
    await share(world, mover, "h")
    for key, alone, for_all in (
        ("all", ["CONFLICT"], []),
        ("both", ["CONFLICT"], []),
        ("ruled", ["FORBIDDEN"], ["FORBIDDEN"]),
        ("of-h", ["FORBIDDEN"], ["FORBIDDEN"]),
    ):
        assert codes(await update(world, source, {"nfs": NFS}, key)) == alone, key
        found = await update(world, source, {"nfs": NFS}, key, alsoFor="SHARED")
        assert codes(found) == for_all, key


async def test_a_task_of_others_needs_the_right_to_everything(world: World) -> None:
    found = await ends(world, await world.mover())
    arns = [str(decode(found[side]["id"])[1]) for side in ("source", "destination")]
    leftover.datasync().create_task(
        {"SourceLocationArn": arns[0], "DestinationLocationArn": arns[1], "Name": "by hand"}
    )
    source, more = found["source"]["id"], {"alsoFor": "SHARED"}
    assert codes(await update(world, source, {"nfs": NFS}, "ruled", **more)) == ["FORBIDDEN"]
    assert codes(await update(world, source, {"nfs": NFS}, "all")) == ["CONFLICT"]
    assert codes(await update(world, source, {"nfs": NFS}, "all", **more)) == []


async def test_the_prefix_of_a_bucket_whose_role_is_the_movers_stays(world: World) -> None:
    destination = (await ends(world, await world.mover()))["destination"]["id"]
    refused = await update(world, destination, {"s3": {"subdirectory": "/other"}})
    assert codes(refused) == ["CONFLICT"]
    assert codes(await update(world, destination, {"s3": {"storageClass": "ONEZONE_IA"}})) == []
    wrong = await update(world, destination, {"nfs": NFS})
    assert (codes(wrong), wrong["errors"][0]["path"]) == (["INVALID"], ["input", "change", "nfs"])


async def test_what_is_no_location_is_not_found(world: World) -> None:
    lost = f"arn:aws:datasync:us-east-1:{LAB}:location/loc-{'0' * 17}"
    assert codes(await update(world, str(encode("Location", lost)), {"nfs": NFS})) == ["NOT_FOUND"]
    assert codes(await update(world, str(encode("Location", "x")), {"nfs": NFS})) == ["NOT_FOUND"]
    assert codes(await update(world, str(encode("Mover", lost)), {"nfs": NFS})) == ["INVALID"]
