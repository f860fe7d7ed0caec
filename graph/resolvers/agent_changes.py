"""The changes of agents that a caller can request, audited. The API writes only through these.

Each function raises what its resolver raises, and Upstream if the audit trail cannot record the
request; then nothing was done.
"""

from __future__ import annotations

from graph.context import Context
from graph.history.audit import ChangeInProgress
from graph.model import names
from graph.model.agent import NewAgent
from graph.model.audit import AuditAction, AuditTarget
from graph.model.errors import Invalid
from graph.resolvers import agents
from graph.resolvers.auditing import audited, stored_region


async def activate_agent(context: Context, new: NewAgent) -> str:
    """Activates an agent and returns its ARN. No record has the activation key."""

    async def activate(attempt: ChangeInProgress) -> str:
        made = await agents.activate(context, new)
        attempt.add_details(resources=(made,))
        return made

    target = AuditTarget(account_id=new.account_id, region=stored_region(context, new.region))
    return await audited(context, AuditAction.ACTIVATE_AGENT, target, activate)


async def update_agent(context: Context, agent_arn: str, name: str) -> None:
    """Renames an agent. Raises NotFound if there is none that the caller sees."""

    async def update(_attempt: ChangeInProgress) -> None:
        await agents.rename(context, agent_arn, name)

    await audited(context, AuditAction.UPDATE_AGENT, _agent(context, agent_arn), update)


async def delete_agent(context: Context, agent_arn: str, *, even_if_used: bool) -> None:
    """Removes an agent from its account. Raises Conflict while locations use it."""

    async def delete(_attempt: ChangeInProgress) -> None:
        await agents.delete(context, agent_arn, even_if_used=even_if_used)

    await audited(context, AuditAction.DELETE_AGENT, _agent(context, agent_arn), delete)


def _agent(context: Context, agent_arn: str) -> AuditTarget:
    """Only the text of a malformed ARN."""
    try:
        parts = names.arn(agent_arn)
    except Invalid:
        return AuditTarget(resources=(agent_arn,))
    region = stored_region(context, parts.region)
    return AuditTarget(account_id=parts.account, region=region, resources=(agent_arn,))
