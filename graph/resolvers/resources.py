"""Checks whether the caller may use the resources of a mover."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from graph.aws.task_files import resources_in
from graph.context import ReadContext
from graph.model.errors import Forbidden
from graph.model.mover import Mover
from graph.model.overrides import RunOverrides
from graph.model.verbs import Verb
from graph.resolvers import scope
from graph.runs.files import ROOT, files_in, foreign_files, resources_of


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


async def require_files(context: ReadContext, mover: Mover, overrides: RunOverrides) -> None:
    """Raises Forbidden unless the caller may start the mover with a manifest or report of the run.

    A place that the mover's own roles do not reach takes what setting it on the mover does: a role
    is made for it. Costs the call that describes the task, if there is such a file.
    """
    if not files_in(overrides):
        return
    account_id, group = mover.account.account_id, mover.group
    await context.services.resources.require(
        context.rights, account_id, group, resources_of(overrides)
    )
    task = await context.loaders.task.load(mover.task_arn)
    foreign = foreign_files(overrides, task, context.services.gateway.org, account_id)
    if foreign and not scope.may(context, Verb.WRITE, mover):
        part = next(iter(foreign))
        raise Forbidden(
            f"The caller's key may not change movers of this group, so its runs can have a {part} "
            "only where the mover has its own.",
            path=(*ROOT, part),
        )


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
