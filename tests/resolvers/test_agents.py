"""Agents: who sees and changes them, and what they explain."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph.sandbox import Sandbox
from graph.sandbox.datasync.agents import AGENTS
from tests.agents import AGENT, ID, KEY, OTHER_AGENT, World, agents_world
from tests.world import LAB, OTHER

LIST = f'{{ account(id: "{LAB}") {{ agents {{ nodes {{ arn }} }} }} }}'
NODE = "query($id: ID!) { node(id: $id) { ... on Agent { arn viewerCanChange } } }"
RENAME = """mutation($id: ID!, $name: String = "new") {
  updateAgent(input: {agent: $id, name: $name}) { agent { name } errors { code path } } }"""
DELETE = """mutation($id: ID!, $used: Boolean = false) {
  deleteAgent(input: {agent: $id, evenIfUsed: $used}) { deletedArn errors { code message } } }"""
ACTIVATE = """mutation($input: ActivateAgentInput!) {
  activateAgent(input: $input) { agent { arn name status } errors { code message path } } }"""
NEW = {"account": LAB, "activationKey": KEY, "name": "north"}
SUBNET = f"arn:aws:ec2:us-east-1:{LAB}:subnet/subnet-0a"
SECURITY_GROUP = f"arn:aws:ec2:us-east-1:{LAB}:security-group/sg-0a"
LINK = {
    "vpcEndpointId": f"vpce-{'0' * 17}",
    "subnetArn": SUBNET,
    "securityGroupArn": SECURITY_GROUP,
}

RIGHTS: dict[str, tuple[bool, bool, bool]] = {
    "reader": (True, False, False),
    "all": (True, True, True),
    "of-g": (False, False, False),
    "ruled": (True, False, False),
    "rules": (True, True, False),
    "others": (False, False, False),
    "any-agent": (True, True, True),
    "mixed": (True, False, False),
}
"""Whether each key sees the agent, may change it, and may activate one."""


@pytest_asyncio.fixture
async def world(aws: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with agents_world(aws, tmp_path) as world:
        yield world


async def seen(world: World, key: str) -> list[str]:
    answer = await world.ask(LIST, key)
    return [node["arn"] for node in answer["data"]["account"]["agents"]["nodes"]]


@pytest.mark.parametrize(("key", "expected"), RIGHTS.items())
async def test_an_agent_is_seen_where_a_rule_allows_it_and_changed_only_with_rights_to_all_groups(
    world: World, key: str, expected: tuple[bool, bool, bool]
) -> None:
    sees, changes, activates = expected
    assert await seen(world, key) == ([AGENT] if sees else [])
    node = (await world.ask(NODE, key, id=ID))["data"]["node"]
    assert node == ({"arn": AGENT, "viewerCanChange": changes} if sees else None)
    refused = [] if changes else ["FORBIDDEN"]
    assert await world.codes(RENAME, key, id=ID) == refused
    assert await world.codes(ACTIVATE, key, input=NEW) == ([] if activates else ["FORBIDDEN"])
    assert await world.codes(DELETE, key, id=ID) == refused
    assert (AGENTS.known(AGENT) is None) == changes


@pytest.mark.parametrize(("check", "counts"), [("list", False), ("tag", True)])
async def test_the_tag_of_a_group_shows_an_agent_to_its_keys_if_tags_count(
    aws: Sandbox,
    tmp_path: Path,
    check: str,
    counts: bool,  # noqa: FBT001 - a parameter
) -> None:
    aws.agent(LAB, "tagged", agent_id="1" * 17)
    agent = AGENTS.known(OTHER_AGENT)
    assert agent is not None
    agent.tag({"spinup:spaceid": "g"})
    tagged = [OTHER_AGENT] if counts else []
    async with agents_world(aws, tmp_path, resource_check=check) as world:
        assert await seen(world, "of-g") == tagged
        assert await seen(world, "ruled") == [AGENT, *tagged]
        agent.tag({"spinup:spaceid": "h"})
        assert await seen(world, "of-g") == []


async def test_without_a_check_of_resources_agents_are_seen_and_still_not_changed(
    aws: Sandbox, tmp_path: Path
) -> None:
    async with agents_world(aws, tmp_path, resource_check="none") as world:
        assert await seen(world, "of-g") == [AGENT]
        assert await world.codes(RENAME, "of-g", id=ID) == ["FORBIDDEN"]


async def test_an_agent_is_activated_shown_renamed_and_deleted(world: World) -> None:
    payload = (await world.ask(ACTIVATE, input=NEW | LINK))["data"]["activateAgent"]
    assert (payload["errors"], payload["agent"]["status"]) == ([], "ONLINE")
    (made,) = set(await seen(world, "all")) - {AGENT}
    assert payload["agent"]["arn"] == made
    again = (await world.ask(ACTIVATE, input=NEW))["data"]["activateAgent"]
    assert (again["agent"], again["errors"][0]["code"]) == (None, "INVALID")
    assert KEY not in str(again)
    assert (await world.ask(RENAME, id=ID))["data"]["updateAgent"]["agent"] == {"name": "new"}
    assert await world.codes(RENAME, id=ID, name="") == ["INVALID"]
    assert await world.codes(DELETE, id=ID) == []
    assert await world.codes(DELETE, id=ID) == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"activationKey": "x"}, "INVALID"),
        ({"name": "a|b"}, "INVALID"),
        ({"vpcEndpointId": f"vpce-{'0' * 17}"}, "INVALID"),
        ({"tags": [{"key": "aws:x", "value": "1"}]}, "INVALID"),
        ({"tags": [{"key": "spinup:spaceid", "value": "g"}]}, "INVALID"),
        ({"account": OTHER[:-1]}, "INVALID"),
    ],
)
async def test_a_wrong_activation_is_rejected_without_a_call(
    world: World, change: dict[str, Any], code: str
) -> None:
    world.aws.interceptor.forget_calls()
    assert await world.codes(ACTIVATE, input=NEW | change) == [code]
    assert not world.aws.interceptor.counts()


async def test_the_network_of_a_new_agent_needs_rules_too(world: World) -> None:
    assert await world.codes(ACTIVATE, "any-agent", input=NEW | LINK) == ["FORBIDDEN"]
    assert await world.codes(ACTIVATE, "any-agent", input=NEW) == []


async def test_an_agent_that_locations_use_is_deleted_only_if_that_is_asked_for(
    world: World,
) -> None:
    await world.mover()
    payload = (await world.ask(DELETE, id=ID))["data"]["deleteAgent"]
    assert payload["errors"][0]["code"] == "CONFLICT"
    assert "1 location(s): arn:aws:datasync" in payload["errors"][0]["message"]
    assert await world.codes(DELETE, id=ID, used=True) == []


ADVICE = """query($id: ID!) { node(id: $id) { ... on Mover {
  status advice { cause steps agents { name status } }
  source { agents { name status privateLink { vpcEndpointId } } }
  destination { agents { name } } } } }"""
START = """mutation($id: ID!) {
  startMover(input: {mover: $id}) { errors { code message } } }"""


async def test_an_offline_agent_explains_a_mover_that_cannot_be_started(world: World) -> None:
    mover = await world.mover()
    found = (await world.ask(ADVICE, "of-g", id=mover))["data"]["node"]
    online = {"name": "agent", "status": "ONLINE", "privateLink": None}
    assert (found["status"], found["advice"]) == ("AVAILABLE", None)
    assert (found["source"], found["destination"]) == ({"agents": [online]}, {"agents": []})
    world.aws.agent(LAB, agent_id="0" * 17, online=False)
    found = (await world.ask(ADVICE, "of-g", id=mover))["data"]["node"]
    assert found["status"] == "UNAVAILABLE"
    assert found["advice"]["cause"].startswith("The agent 'agent' is OFFLINE; its last contact")
    assert found["advice"]["agents"] == [{"name": "agent", "status": "OFFLINE"}]
    refused = (await world.ask(START, id=mover))["data"]["startMover"]["errors"]
    assert [error["code"] for error in refused] == ["CONFLICT"]
    assert "A DataSync agent used by the task is offline." in refused[0]["message"]
    AGENTS.delete(AGENT, LAB)
    found = (await world.ask(ADVICE, id=mover))["data"]["node"]
    assert found["advice"]["cause"] == f"The agent agent-{'0' * 17} no longer exists."
    assert found["source"] == {"agents": []}


async def test_a_mover_that_is_unavailable_with_its_agents_online_has_advice_too(
    world: World,
) -> None:
    from graph.schema.ids import decode  # noqa: PLC0415 - beside its use

    mover = await world.mover()
    world.aws.break_task(decode(mover)[1], "EfsNotReady", "not yet")
    advice = (await world.ask(ADVICE, id=mover))["data"]["node"]["advice"]
    assert (advice["cause"], advice["agents"]) == ("EfsNotReady: not yet", [])
    assert len(advice["steps"]) == 2


async def test_the_network_of_an_agent_is_shown_to_those_who_see_the_agent_itself(
    world: World,
) -> None:
    agent = AGENTS.known(AGENT)
    assert agent is not None
    agent.network = {"VpcEndpointId": "vpce-1", "SubnetArns": [SUBNET]}
    mover = await world.mover()
    for key, expected in (("of-g", None), ("ruled", {"vpcEndpointId": "vpce-1"})):
        found = (await world.ask(ADVICE, key, id=mover))["data"]["node"]["source"]["agents"]
        assert [each["privateLink"] for each in found] == [expected]
