"""Agents: listed, described, renamed, activated once, and their locations found."""

from __future__ import annotations

import pytest

from graph.aws.agents import (
    activate_agent,
    delete_agent,
    describe_agent,
    list_agents,
    locations_of_agent,
    rename_agent,
)
from graph.aws.client.gateway import Gateway
from graph.model.agent import NewAgent
from graph.model.errors import Invalid, NotFound
from graph.sandbox import Sandbox
from graph.sandbox.datasync.agents import AGENTS
from tests import leftover
from tests.sandbox.lab import LOCATIONS
from tests.world import LAB

KEY = "ABCDE-12345-FGHIJ-67890-KLMNO"


async def test_an_agent_is_listed_described_renamed_and_gone(
    aws: Sandbox, gateway: Gateway
) -> None:
    arn = aws.agent(LAB, "one")
    (listed,) = await list_agents(gateway.bind(LAB))
    assert (listed.arn, listed.name, listed.status, listed.described) == (
        arn,
        "one",
        "ONLINE",
        None,
    )
    await rename_agent(gateway, arn, "two")
    found = await describe_agent(gateway, arn)
    assert found is not None
    assert (found.name, found.version) == ("two", listed.version)
    assert found.last_contact_at is not None
    for _ in range(2):
        await delete_agent(gateway, arn)
    assert await describe_agent(gateway, arn) is None
    with pytest.raises(NotFound):
        await rename_agent(gateway, arn, "three")


async def test_a_key_activates_one_agent_and_is_in_no_error(
    aws: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, new = gateway.bind(LAB), NewAgent(account_id=LAB, activation_key=KEY, name="one")
    made = await activate_agent(account, new)
    assert [agent.arn for agent in await list_agents(account)] == [made]
    with pytest.raises(Invalid, match="Invalid activation key"):
        await activate_agent(account, new)

    def refuse(key: str) -> None:
        from graph.sandbox.datasync.errors import InvalidRequestException  # noqa: PLC0415

        raise InvalidRequestException(f"The key {key} has expired.")

    monkeypatch.setattr(AGENTS, "use_key", refuse)
    with pytest.raises(Invalid, match="The key that was given has expired") as caught:
        await activate_agent(account, new)
    assert caught.value.__cause__ is None


async def test_the_locations_of_an_agent_are_those_that_name_it(
    aws: Sandbox, gateway: Gateway
) -> None:
    arn, other = aws.agent(LAB, agent_id="0" * 17), aws.agent(LAB, agent_id="1" * 17)
    backend = leftover.datasync()
    made = [
        backend.create_location(kind, None, dict(LOCATIONS[kind])).arn
        for kind in ("NFS", "SMB", "HDFS", "OBJECT_STORAGE", "AZURE_BLOB", "FSX_LUSTRE")
    ]
    account = gateway.bind(LAB)
    assert sorted(await locations_of_agent(account, arn)) == sorted(made[:-1])
    assert await locations_of_agent(account, other) == []
    assert aws.interceptor.counts()["datasync.DescribeLocationFsxLustre"] == 0
