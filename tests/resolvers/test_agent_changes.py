"""The changes of agents in the audit trail, which never has an activation key."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from tests.agents import AGENT, ID, KEY, agents_world
from tests.audited import read
from tests.resolvers.test_agents import ACTIVATE, DELETE, NEW, RENAME


async def test_every_change_of_an_agent_is_recorded(
    aws: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with agents_world(aws, tmp_path) as world:
        made = (await world.ask(ACTIVATE, input=NEW))["data"]["activateAgent"]["agent"]["arn"]
        await world.ask(ACTIVATE, input=NEW)
        await world.ask(RENAME, id=ID)
        await world.ask(DELETE, id=ID)
        await world.ask(RENAME, "reader", id=ID)
        records = [
            (each["action"], each["phase"], each["resources"], each["errorCode"])
            for each in await read(world.client)
            if each["phase"] != "REQUESTED"
        ]
        everything = str(await read(world.client))
    assert records == [
        ("ACTIVATE_AGENT", "ACCEPTED", [made], None),
        ("ACTIVATE_AGENT", "REFUSED", [], "INVALID"),
        ("UPDATE_AGENT", "ACCEPTED", [AGENT], None),
        ("DELETE_AGENT", "ACCEPTED", [AGENT], None),
        ("UPDATE_AGENT", "REFUSED", [AGENT], "FORBIDDEN"),
    ]
    assert KEY not in everything + caplog.text
    stored = b"".join(file.read_bytes() for file in (tmp_path / "store").iterdir())
    assert KEY.encode() not in stored
