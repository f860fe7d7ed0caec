"""The agents of a mover have to be there, and online."""

from __future__ import annotations

from graph.model.advice import RunSide
from graph.preflight.agents import UsedAgents, examine_agents
from graph.preflight.probe import Probe
from graph.preflight.results import About
from graph.sandbox import Sandbox
from tests.test_call_counts import spent
from tests.world import LAB


async def test_agents_are_listed_once_for_both_ends(aws: Sandbox, probe: Probe) -> None:
    online, offline = aws.agent(LAB, "one"), aws.agent(LAB, "two", online=False)
    source = UsedAgents((online,), About("x", RunSide.SOURCE, ("source", "nfs", "agentArns")))
    for arns, expected, said in (
        ((online,), "PASS", "online"),
        ((online, offline), "FAIL", "two is OFFLINE"),
        ((f"{online[:-4]}0000",), "FAIL", "There is no agent"),
    ):
        aws.interceptor.forget_calls()
        target = UsedAgents(arns, About("x", RunSide.DESTINATION))
        first, second = await examine_agents(probe, [source, target])
        assert (first.status.value, first.path) == ("PASS", source.about.path)
        assert (second.status.value, second.side) == (expected, RunSide.DESTINATION)
        assert said in second.message
        assert spent(aws) == {"datasync.ListAgents": 1}
    assert await examine_agents(probe, [UsedAgents((), About("x", RunSide.SOURCE))]) == []
    assert spent(aws) == {}
