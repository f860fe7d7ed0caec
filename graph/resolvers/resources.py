"""Checks whether the caller may use the resources of a mover."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from graph.aws.task_files import resources_in
from graph.context import ReadContext
from graph.model.errors import Forbidden
from graph.model.mover import Mover
from graph.model.verbs import Verb
from graph.resolvers import scope


async def may_start(context: ReadContext, mover: Mover) -> bool:
    """Whether the caller may start a mover, apart from its state. Costs what ``require_use`` does.

    Raises Conflict if that cannot be determined.
    """
    if not scope.may(context, Verb.RUN, mover):
        return False
    try:
        await require_use(context, mover)
    except Forbidden:
        return False
    return True


async def require_use(context: ReadContext, mover: Mover) -> None:
    """Raises Forbidden unless the caller may use both ends of a mover, its manifest and reports.

    Costs the calls that describe its task and locations, for callers that are limited.
    """
    if context.rights.uses_everything:
        return
    task = await context.loaders.task.load(mover.task_arn)
    ends = (task.source_arn, task.destination_arn)
    locations = await asyncio.gather(*(context.loaders.location.load(arn) for arn in ends))
    policy, account_id = context.services.resources, mover.account.account_id
    for arn, location in zip(ends, locations, strict=True):
        await policy.require_location(context.rights, account_id, mover.group, arn, location)
    files = (replace(each, path=()) for each in resources_in(task.described))
    await policy.require(context.rights, account_id, mover.group, files)
