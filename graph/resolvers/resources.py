"""Checks whether the caller may use the resources of a mover."""

from __future__ import annotations

import asyncio

from graph.context import ReadContext
from graph.locations import resources_at
from graph.model.mover import Mover


async def require_use(context: ReadContext, mover: Mover) -> None:
    """Raises Forbidden unless the caller may use both ends of an existing mover.

    Costs the calls that describe its task and locations, for callers that are limited.
    """
    if context.rights.uses_everything:
        return
    task = await context.loaders.task.load(mover.task_arn)
    ends = (task.source_arn, task.destination_arn)
    locations = await asyncio.gather(*(context.loaders.location.load(arn) for arn in ends))
    used = [
        resource
        for arn, location in zip(ends, locations, strict=True)
        for resource in resources_at(arn, location)
    ]
    policy = context.services.resources
    await policy.require(context.rights, mover.account.account_id, mover.group, used)
