"""Checks of the agents through which a mover reaches its ends. One call for each region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from graph.aws.agents import list_agents
from graph.concurrency import together
from graph.model import names
from graph.model.agent import Agent
from graph.model.preflight import PreflightCheck
from graph.preflight.probe import Probe, guarded
from graph.preflight.results import About


@dataclass(frozen=True, slots=True)
class UsedAgents:
    """The agents of one end."""

    arns: tuple[str, ...]
    about: About


async def examine_agents(probe: Probe, used: Iterable[UsedAgents]) -> list[PreflightCheck]:
    """Whether they are in contact with DataSync."""
    ends = [each for each in used if each.arns]
    by_region: dict[str, list[UsedAgents]] = {}
    for end in ends:
        by_region.setdefault(names.arn(end.arns[0]).region, []).append(end)
    found = await together(
        *(
            guarded(here[0].about, partial(_in_region, probe, region, here))
            for region, here in by_region.items()
        )
    )
    return list(chain.from_iterable(found))


async def _in_region(
    probe: Probe, region: str, ends: list[UsedAgents], _about: About
) -> list[PreflightCheck]:
    listed = await probe.ask("datasync:ListAgents", lambda: list_agents(probe.at(region)))
    known = {agent.arn: agent for agent in listed}
    return [_end(end, known) for end in ends]


def _end(end: UsedAgents, known: Mapping[str, Agent]) -> PreflightCheck:
    gone = [arn for arn in end.arns if arn not in known]
    if gone:
        message = f"There is no agent {gone[0].rpartition('/')[2]} in the account."
        return end.about.failed(message, "Choose another agent, or activate one.")
    offline = [known[arn] for arn in end.arns if not known[arn].online]
    if offline:
        message = f"The agent {offline[0].label} is {offline[0].status}."
        fix = "Start its machine, and let it reach DataSync's endpoint on port 443."
        return end.about.failed(message, fix)
    return end.about.passed("The agents are online.")
