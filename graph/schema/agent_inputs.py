"""The inputs of the mutations of agents."""

from __future__ import annotations

import strawberry

from graph.model.agent import NewAgent
from graph.schema.scalars import AccountId, Arn
from graph.schema.tag import TagInput

_AGENT = "The global id of the agent, as in `Agent.id`. An agent that is gone is NOT_FOUND."


@strawberry.input(description="The agent to activate.")
class ActivateAgentInput:
    account: AccountId = strawberry.field(description="The AWS account that gets the agent.")
    activation_key: str = strawberry.field(
        description="The activation key that the agent shows, such as "
        "`ABCDE-12345-FGHIJ-67890-KLMNO`. It works once, within half an hour. The server passes it "
        "on and keeps it nowhere; give it in a variable, because texts of documents are cached."
    )
    region: str | None = strawberry.field(
        default=None,
        description="The AWS region of the agent, one of `ServerInfo.regions`; the server's "
        "default if absent. The key has to be of an agent that was set up for that region.",
    )
    name: str | None = strawberry.field(
        default=None,
        description="The name of the agent: 1 to 256 letters, digits, blanks and `+=._:@/-`.",
    )
    tags: list[TagInput] = strawberry.field(
        default_factory=list, description="Up to 44 tags to put on the agent."
    )
    vpc_endpoint_id: str | None = strawberry.field(
        default=None,
        description="The id of the VPC endpoint through which the agent reaches DataSync, with "
        "`subnetArn` and `securityGroupArn`; absent for a public endpoint.",
    )
    subnet_arn: Arn | None = strawberry.field(
        default=None,
        description="The ARN of the subnet in which DataSync makes network interfaces for "
        "transfers.",
    )
    security_group_arn: Arn | None = strawberry.field(
        default=None, description="The ARN of the security group of these network interfaces."
    )


@strawberry.input(description="The agent to rename, and its new name.")
class UpdateAgentInput:
    agent: strawberry.ID = strawberry.field(description=_AGENT)
    name: str = strawberry.field(
        description="The new name: 1 to 256 letters, digits, blanks and `+=._:@/-`."
    )


@strawberry.input(description="The agent to delete.")
class DeleteAgentInput:
    agent: strawberry.ID = strawberry.field(description=_AGENT)
    even_if_used: bool = strawberry.field(
        default=False,
        description="If true, an agent that locations use is deleted as well; the movers of these "
        "locations become UNAVAILABLE. Otherwise that is rejected as CONFLICT.",
    )


def new_agent(given: ActivateAgentInput) -> NewAgent:
    """Checked where the agent is activated."""
    return NewAgent(
        account_id=given.account,
        region=given.region,
        activation_key=given.activation_key,
        name=given.name,
        tags=tuple((tag.key, tag.value) for tag in given.tags),
        vpc_endpoint_id=given.vpc_endpoint_id,
        subnet_arn=given.subnet_arn,
        security_group_arn=given.security_group_arn,
    )
