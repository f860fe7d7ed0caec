"""Agents: those of an account, and those of a location.

An agent belongs to an account and serves movers of every group. A caller sees it where a rule under
``resources``, or its group tag, would let one of its movers use it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

from graph.aws import agents as aws_agents
from graph.aws.tags import tagged
from graph.context import Context, ReadContext
from graph.locations import Home
from graph.locations.agents import check_agent_name, check_new_agent
from graph.model import names
from graph.model.advice import MoverAdvice
from graph.model.agent import Agent, NewAgent
from graph.model.errors import Conflict, Forbidden, NotFound
from graph.model.mover import GROUP_TAG, Account, Mover, Tag
from graph.model.resources import Resource
from graph.model.verbs import Verb
from graph.resolvers import movers, scope
from graph.task_settings.tags import check_tags

_GROUPS_AT_ONCE: Final = 20
"""The values of one key that the tagging API filters by."""
_NAMED: Final = 5
"""The locations that a refusal names."""


async def list_agents(
    context: ReadContext, account_id: str, region: str | None = None
) -> list[Agent]:
    """The agents of an account that the caller may see, sorted by ARN. Raises NotFound."""
    account = scope.require_account(context, account_id, region)
    found = await context.loaders.agents.load(account)
    visible = await _visible(context, account_id, {agent.arn for agent in found})
    return sorted((agent for agent in found if agent.arn in visible), key=lambda agent: agent.arn)


async def get_agent(context: ReadContext, agent_arn: str) -> Agent:
    """An agent in full. Raises NotFound, also if the caller may not see it."""
    account_id = scope.require_agent_account(context, agent_arn).account_id
    if not await _visible(context, account_id, {agent_arn}):
        raise NotFound(scope.NO_AGENT)
    found = await context.loaders.agent.load(agent_arn)
    if found is None:
        raise NotFound(scope.NO_AGENT)
    return found


async def agents_of_location(context: ReadContext, location_arn: str) -> list[Agent]:
    """The agents of a location that the caller sees, without those that are gone.

    Costs a call for each, and one for the location where only AWS's list of it was read.
    """
    location = await context.loaders.shown_location.load(location_arn)
    found = await _described(context, location.agent_arns if location else ())
    return [agent for _, agent in found if agent is not None]


async def describe_agent(context: ReadContext, agent_arn: str) -> Agent | None:
    """An agent that the caller sees, in full; None if it is gone."""
    return await context.loaders.agent.load(agent_arn)


async def sees_network(context: ReadContext, agent_arn: str) -> bool:
    """Whether the caller may see the agent itself, and not only that its locations use it."""
    account_id = scope.require_agent_account(context, agent_arn).account_id
    return bool(await _visible(context, account_id, {agent_arn}))


async def advice_on(context: ReadContext, mover: Mover) -> MoverAdvice | None:
    """Why a mover is UNAVAILABLE; None if it is not. Costs a call per end and per agent."""
    if mover.status != "UNAVAILABLE":
        return None
    task = await movers.task_of(context, mover)
    ends = await asyncio.gather(
        movers.source_of(context, mover), movers.destination_of(context, mover)
    )
    arns = dict.fromkeys(arn for end in ends if end is not None for arn in end.agent_arns)
    found = await _described(context, arns)
    reasons = ": ".join(filter(None, (task.error_code, task.error_detail)))
    return MoverAdvice.on(found, reasons)


async def _described(context: ReadContext, arns: Collection[str]) -> list[tuple[str, Agent | None]]:
    found = await asyncio.gather(*(context.loaders.agent.load(arn) for arn in arns))
    return list(zip(arns, found, strict=True))


async def _visible(context: ReadContext, account_id: str, arns: set[str]) -> set[str]:
    """Those of one region that the caller may see. A call per 20 groups of a limited caller."""
    rights, policy = context.rights, context.services.resources
    if not policy.enforced or rights.uses_everything:
        return arns
    seen = {arn for arn in arns if rights.may_use_somewhere(account_id, Resource(arn))}
    if policy.group_of is None or not rights.groups or seen == arns:
        return seen
    aws = context.services.gateway.of(min(arns))
    named = sorted(rights.groups)
    for first in range(0, len(named), _GROUPS_AT_ONCE):
        groups = named[first : first + _GROUPS_AT_ONCE]
        if not arns - seen:
            break
        seen |= arns & (await tagged(aws, ("agent",), {GROUP_TAG: groups})).keys()
    return seen


def may_change(context: ReadContext, agent_arn: str) -> bool:
    """Whether the caller may rename and delete an agent, which movers of every group may use."""
    rights = context.rights
    named = names.arn(agent_arn)
    account_id = named.account
    seen = rights.sees_account(account_id) and rights.sees_region(named.region)
    everywhere = rights.groups is None and rights.may_write and seen
    return everywhere and (
        not context.services.resources.enforced
        or rights.may_use(account_id, None, Resource(agent_arn))
    )


async def rename(context: Context, agent_arn: str, name: str) -> None:
    """Raises NotFound, Forbidden, or Invalid for a name that DataSync does not allow."""
    await _require_change(context, agent_arn)
    check_agent_name(name)
    await aws_agents.rename_agent(context.services.gateway, agent_arn, name)
    context.loaders.forget()


async def delete(context: Context, agent_arn: str, *, even_if_used: bool) -> None:
    """Raises NotFound, Forbidden, or Conflict while a location has the agent."""
    await _require_change(context, agent_arn)
    gateway = context.services.gateway
    if not even_if_used:
        used = await aws_agents.locations_of_agent(gateway.of(agent_arn), agent_arn)
        if used:
            more = f" and {len(used) - _NAMED} more" if len(used) > _NAMED else ""
            raise Conflict(
                f"The agent is used by {len(used)} location(s): {', '.join(used[:_NAMED])}{more}. "
                "Their movers become unusable without it, and it cannot be activated again with "
                "the same key. Set 'evenIfUsed' to delete it nevertheless."
            )
    await aws_agents.delete_agent(gateway, agent_arn)
    context.loaders.forget()


async def activate(context: Context, new: NewAgent) -> str:
    """The ARN of the new agent. Raises Forbidden or Invalid; no error shows the key."""
    account = require_activation(context, new.account_id, new.region)
    aws = context.services.gateway.bind(*account.place)
    check_new_agent(new, Home(new.account_id, aws.region, aws.partition))
    check_tags(tuple(Tag(*tag) for tag in new.tags), told_apart=str)
    arns = (("subnetArn", new.subnet_arn), ("securityGroupArn", new.security_group_arn))
    used = [Resource(arn, path=(name,)) for name, arn in arns if arn is not None]
    await context.services.resources.require(context.rights, new.account_id, None, used)
    made = await aws_agents.activate_agent(aws, new)
    context.loaders.forget()
    return made


def require_activation(context: Context, account_id: str, region: str | None) -> Account:
    """Raises Forbidden unless the caller may add an agent to the account, which is returned."""
    scope.require_somewhere(context, Verb.WRITE)
    account = scope.require_account(context, account_id, region)
    partition = context.services.gateway.partition
    every = f"arn:{partition}:datasync:{account.region}:{account_id}:agent/agent-*"
    _require_may_change(context, every)
    return account


async def _require_change(context: Context, agent_arn: str) -> None:
    scope.require_somewhere(context, Verb.WRITE)
    scope.require_agent_account(context, agent_arn)
    _require_may_change(context, agent_arn)
    await get_agent(context, agent_arn)


def _require_may_change(context: Context, agent_arn: str) -> None:
    if may_change(context, agent_arn):
        return
    raise Forbidden(
        "The caller's key may not change agents, which movers of every group may use: that takes a "
        "key that may write in all groups and, if it is limited by `resources`, a rule for the "
        "agent."
    )
