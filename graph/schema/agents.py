"""Agents, and why a mover is unavailable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from graph.model import advice as advice_model
from graph.model import agent as model
from graph.model.mover import Account
from graph.model.words import AgentStatus
from graph.resolvers import agents
from graph.schema import words  # noqa: F401 - describes the enum
from graph.schema.arguments import AfterCursor, BeforeCursor, FirstOf50, Last
from graph.schema.connections import Connection, Listing, connection_of, cut, page_request
from graph.schema.fields import Info, attribute, item, loads, reads, word
from graph.schema.node import Node
from graph.schema.scalars import Arn


@strawberry.type(
    description="How an agent reaches DataSync without the internet: through a VPC endpoint."
)
class AgentPrivateLink:
    value: strawberry.Private[Mapping[str, Any]]
    vpc_endpoint_id: str | None = item("VpcEndpointId", description="The id of the VPC endpoint.")
    endpoint: str | None = item(
        "PrivateLinkEndpoint", description="The address of the endpoint that the agent uses."
    )

    @reads("The ARNs of the subnets in which DataSync makes network interfaces for transfers.")
    def subnet_arns(self) -> list[Arn]:
        return self.value.get("SubnetArns") or []

    @reads("The ARNs of the security groups of these network interfaces.")
    def security_group_arns(self) -> list[Arn]:
        return self.value.get("SecurityGroupArns") or []


@strawberry.type(
    description="A DataSync agent: a machine that reaches storage outside of AWS. It belongs to an "
    "account and serves movers of every group. A caller whose key is limited sees it in lists and "
    "by its id where a rule under `resources`, or the agent's group tag, allows it; and at every "
    "location that it sees."
)
class Agent(Node):
    value: strawberry.Private[model.Agent]
    arn: Arn = attribute("arn", "The ARN of the agent.")
    name: str = attribute("name", "The name of the agent; empty if it has none.")
    status: AgentStatus = word(AgentStatus, "status", "Whether DataSync reaches the agent.")
    status_text: str = attribute("status", "The same in AWS's words.")
    version: str | None = attribute(
        "version", "The version of the agent's software; null if AWS does not report it."
    )

    def key(self) -> str:
        return self.value.arn

    @loads(
        "When DataSync last had contact; null if AWS does not report it. Costs a call per agent."
    )
    async def last_contact_at(self, info: Info) -> datetime | None:
        return (await self._described(info)).get("LastConnectionTime")

    @loads("When the agent was activated; null if AWS does not report it.")
    async def created_at(self, info: Info) -> datetime | None:
        return (await self._described(info)).get("CreationTime")

    @loads(
        "How the agent reaches DataSync: PUBLIC, PRIVATE_LINK, FIPS, FIPS_PRIVATE_LINK or a newer "
        "AWS value."
    )
    async def endpoint_type(self, info: Info) -> str | None:
        return (await self._described(info)).get("EndpointType")

    @strawberry.field(
        description="The VPC endpoint that the agent uses; null for one that uses none, and for "
        "callers that see the agent at a location alone."
    )
    async def private_link(self, info: Info) -> AgentPrivateLink | None:
        found = (await self._described(info)).get("PrivateLinkConfig")
        if not found or not await agents.sees_network(info.context, self.value.arn):
            return None
        return AgentPrivateLink(value=found)

    @reads(
        "Whether the caller may rename and delete the agent: it may write in all groups and, if "
        "its key is limited by `resources`, has a rule for the agent."
    )
    def viewer_can_change(self, info: Info) -> bool:
        return agents.may_change(info.context, self.value.arn)

    async def _described(self, info: Info) -> Mapping[str, Any]:
        """Empty for an agent that is gone."""
        if self.value.described is not None:
            return self.value.described
        found = await agents.describe_agent(info.context, self.value.arn)
        return {} if found is None or found.described is None else found.described


@strawberry.type(description="Why a mover is UNAVAILABLE, and what to do about it.")
class MoverAdvice:
    value: strawberry.Private[advice_model.MoverAdvice]
    cause: str = attribute("cause", "What is wrong, in a sentence.")
    steps: list[str] = attribute("steps", "What to check or change, in that order.")

    @reads("The agents of the mover that are not ONLINE; empty if that is not the reason.")
    def agents(self) -> list[Agent]:
        return [Agent(value=each) for each in self.value.agents]


@strawberry.type(description="The agents of an account.")
class AccountAgents:
    value: strawberry.Private[Account]

    @strawberry.field(
        description="The agents of the account that the caller may see, sorted by ARN: all of "
        "them, or for a key that is limited those that a rule under `resources`, or their group "
        "tag, allows."
    )
    async def agents(
        self,
        info: Info,
        first: FirstOf50 = 50,
        after: AfterCursor = None,
        last: Last = None,
        before: BeforeCursor = None,
    ) -> Connection[Agent] | None:
        asked = page_request(first, after, last, before, usual=50)
        found = await agents.list_agents(info.context, *self.value.place)
        listing = Listing(f"agents:{self.value.key}", found, lambda agent: agent.arn, rank=str)
        return connection_of(cut(listing, asked), lambda agent: Agent(value=agent))
