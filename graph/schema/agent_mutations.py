"""The mutations of agents, and their payloads."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.model.audit import AuditAction
from graph.model.errors import ApiError
from graph.resolvers import agent_changes, agents
from graph.resolvers.auditing import reading
from graph.schema.agent_inputs import (
    ActivateAgentInput,
    DeleteAgentInput,
    UpdateAgentInput,
    new_agent,
)
from graph.schema.agents import Agent
from graph.schema.fields import CallerInfo, Info
from graph.schema.ids import expect
from graph.schema.scalars import Arn
from graph.schema.user_errors import MutationPayload, user_error

ActivateInput = Annotated[
    ActivateAgentInput, strawberry.argument(description="The agent to activate, and its key.")
]
RenameInput = Annotated[
    UpdateAgentInput, strawberry.argument(description="The agent to rename, and its new name.")
]
DeletionInput = Annotated[DeleteAgentInput, strawberry.argument(description="The agent to delete.")]


@strawberry.type(description="The result of activateAgent: the new agent, or errors.")
class ActivateAgentPayload(MutationPayload):
    agent_arn: strawberry.Private[str | None] = None

    @strawberry.field(
        description="The new agent, which is ONLINE within a few minutes. Null if there are errors."
    )
    async def agent(self, info: Info) -> Agent | None:
        return await _agent(info, self.agent_arn)


@strawberry.type(description="The result of updateAgent: the agent, or errors.")
class UpdateAgentPayload(MutationPayload):
    agent_arn: strawberry.Private[str | None] = None

    @strawberry.field(description="The agent with its new name. Null if there are errors.")
    async def agent(self, info: Info) -> Agent | None:
        return await _agent(info, self.agent_arn)


@strawberry.type(description="The result of deleteAgent: the agent that is gone, or errors.")
class DeleteAgentPayload(MutationPayload):
    deleted_arn: Arn | None = strawberry.field(
        default=None, description="The ARN of the agent that is gone. Null if there are errors."
    )


async def _agent(info: Info, arn: str | None) -> Agent | None:
    """Reads the agent after the change; a failed read does not undo the change."""
    found = None if arn is None else await agents.describe_agent(info.context, arn)
    return None if found is None else Agent(value=found)


@strawberry.type(description="The mutations of agents.")
class AgentMutations:
    @strawberry.mutation(
        description="Adds an agent to an account by the activation key that the agent shows. "
        "Requires a key that may write in all groups. If there was no answer, look for the agent "
        "in `Account.agents`: the key cannot be used again."
    )
    async def activate_agent(
        self,
        info: CallerInfo,
        input: ActivateInput,  # noqa: A002 - the field's name in the schema
    ) -> ActivateAgentPayload | None:
        try:
            made = await agent_changes.activate_agent(info.context, new_agent(input))
        except ApiError as error:
            return ActivateAgentPayload(errors=[user_error(info, error)])
        return ActivateAgentPayload(agent_arn=made)

    @strawberry.mutation(
        description="Renames an agent. Requires a key that may write in all groups."
    )
    async def update_agent(
        self,
        info: CallerInfo,
        input: RenameInput,  # noqa: A002 - the field's name in the schema
    ) -> UpdateAgentPayload | None:
        try:
            arn = await _arn_of(info, AuditAction.UPDATE_AGENT, input.agent)
            await agent_changes.update_agent(info.context, arn, input.name)
        except ApiError as error:
            return UpdateAgentPayload(errors=[user_error(info, error, about="agent")])
        return UpdateAgentPayload(agent_arn=arn)

    @strawberry.mutation(
        description="Removes an agent from its account, which cannot be undone; its machine stays. "
        "Rejected as CONFLICT while locations use it, unless `evenIfUsed`. Requires a key that may "
        "write in all groups. Costs a call to AWS for each location that may have agents."
    )
    async def delete_agent(
        self,
        info: CallerInfo,
        input: DeletionInput,  # noqa: A002 - the field's name in the schema
    ) -> DeleteAgentPayload | None:
        try:
            arn = await _arn_of(info, AuditAction.DELETE_AGENT, input.agent)
            await agent_changes.delete_agent(info.context, arn, even_if_used=input.even_if_used)
        except ApiError as error:
            return DeleteAgentPayload(errors=[user_error(info, error, about="agent")])
        return DeleteAgentPayload(deleted_arn=Arn(arn))


async def _arn_of(info: CallerInfo, action: AuditAction, agent: str) -> str:
    """The ARN of an agent, from its id."""
    async with reading(info.context, action):
        return expect("Agent", agent, path=("agent",))
