"""DataSync's agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.client.paging import PAGE_SIZE
from graph.aws.locations import describe_location, list_locations_afresh
from graph.aws.tags import encoded
from graph.concurrency import together
from graph.locations import kind_of
from graph.model.agent import Agent, NewAgent
from graph.model.errors import ApiError, NotFound
from graph.model.mover import Tag

_WITH_AGENTS: Final = frozenset({"NFS", "SMB", "HDFS", "OBJECT_STORAGE", "AZURE_BLOB"})
_ON_OUTPOSTS: Final = "s3://arn:"
"""The URIs of access points, which those on Outposts reach through agents."""


async def list_agents(aws: AccountGateway) -> list[Agent]:
    """All agents of an account in one region, in AWS's order. One call per 100."""
    return [
        _agent(item)
        async for page in aws.pages("datasync", "list_agents", "Agents", MaxResults=PAGE_SIZE)
        for item in page
    ]


async def describe_agent(gateway: ArnGateway, agent_arn: str) -> Agent | None:
    """One agent in full, or None if it is gone."""
    aws = gateway.of(agent_arn)

    async def read() -> dict[str, Any]:
        return await aws.call("datasync", Access.READ, "describe_agent", AgentArn=agent_arn)

    try:
        answer = await aws.shared(("agent", agent_arn), read)
    except NotFound:
        return None
    return _agent(answer, described=answer)


async def rename_agent(gateway: ArnGateway, agent_arn: str, name: str) -> None:
    """Names an agent. Raises NotFound if it is gone. Can be repeated."""
    aws = gateway.of(agent_arn)
    await aws.call("datasync", Access.MANAGE, "update_agent", AgentArn=agent_arn, Name=name)


async def delete_agent(gateway: ArnGateway, agent_arn: str) -> None:
    """Removes an agent from its account; its machine stays. One that is gone is no error."""
    aws = gateway.of(agent_arn)
    try:
        await aws.call("datasync", Access.MANAGE, "delete_agent", AgentArn=agent_arn)
    except NotFound:
        return


async def activate_agent(aws: AccountGateway, new: NewAgent) -> str:
    """Activates an agent and returns its ARN. AWS accepts an activation key once.

    No error names the key, even where AWS's text does.
    """
    try:
        answer = await aws.call(
            "datasync",
            Access.MANAGE,
            "create_agent",
            ActivationKey=new.activation_key,
            AgentName=new.name,
            Tags=encoded(Tag(*tag) for tag in new.tags) or None,
            VpcEndpointId=new.vpc_endpoint_id,
            SubnetArns=new.subnet_arn and [new.subnet_arn],
            SecurityGroupArns=new.security_group_arn and [new.security_group_arn],
        )
    except ApiError as error:
        if new.activation_key not in error.message:
            raise
        text = error.message.replace(new.activation_key, "that was given")
        raise type(error)(text, refused=error.refused) from None
    return str(answer["AgentArn"])


async def locations_of_agent(aws: AccountGateway, agent_arn: str) -> list[str]:
    """The locations that an agent reaches. A call per location that may have agents, and a list."""
    uris = await list_locations_afresh(aws)
    possible = [
        arn
        for arn, uri in uris.items()
        if kind_of(uri) in _WITH_AGENTS or uri.startswith(_ON_OUTPOSTS)
    ]
    found = await together(*(describe_location(aws, arn) for arn in possible))
    return [each.arn for each in found if each is not None and agent_arn in each.agent_arns]


def _agent(answer: Mapping[str, Any], described: Mapping[str, Any] | None = None) -> Agent:
    return Agent(
        arn=answer["AgentArn"],
        name=answer.get("Name") or "",
        status=answer["Status"],
        version=(answer.get("Platform") or {}).get("Version"),
        described=described,
    )
