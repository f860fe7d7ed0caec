"""The mutations of agents: what names no agent is rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sandbox import Sandbox
from graph.schema.ids import encode
from tests.agents import AGENT, agents_world
from tests.resolvers.test_agents import DELETE, RENAME
from tests.world import OTHER


@pytest.mark.parametrize("mutation", [RENAME, DELETE], ids=["rename", "delete"])
async def test_what_names_no_agent_is_rejected_without_a_call(
    aws: Sandbox, tmp_path: Path, mutation: str
) -> None:
    async with agents_world(aws, tmp_path, accounts=(AGENT.split(":")[4],)) as world:
        aws.interceptor.forget_calls()
        wrong = {
            "x": "INVALID",
            str(encode("Mover", AGENT)): "INVALID",
            str(encode("Agent", "x")): "NOT_FOUND",
            str(encode("Agent", AGENT[:-1])): "NOT_FOUND",
            str(encode("Agent", AGENT.replace("us-east-1", "xx-nowhere-1"))): "NOT_FOUND",
            str(encode("Agent", AGENT.replace("222222222222", OTHER))): "NOT_FOUND",
        }
        for given, code in wrong.items():
            assert await world.codes(mutation, id=given) == [code], given
        assert not aws.interceptor.counts()
