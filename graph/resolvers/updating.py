"""Changes of movers: checks rights and calls the service of operations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from graph.context import Context, ReadContext
from graph.model.change import MoverChange
from graph.model.mover import Mover
from graph.model.operation import Operation
from graph.resolvers import scope
from graph.resolvers.resources import require_use
from graph.task_settings.changes import version_of


async def update_mover(
    context: Context, mover: Mover, read: Callable[[], MoverChange]
) -> Operation:
    """Accepts the change of a mover. Returns the operation that makes it, or restores all.

    ``read`` converts the input once the caller is known to have the right; it raises Invalid.
    Raises Forbidden if the caller may not write or use both ends, which a schedule would do.
    """
    scope.require_write(context, mover.account.account_id, mover.group)
    await require_use(context, mover)
    change = read()
    await context.services.resources.require_log_group(
        context.rights, mover.account.account_id, mover.group, change.log_group_arn
    )
    await context.services.resources.require_files(
        context.rights, mover.account.account_id, mover.group, change.manifest, change.report
    )
    operation = await context.services.operations.update_mover(mover, change, context.caller)
    context.services.activity.changed(mover.account)
    return operation


async def version(context: ReadContext, mover: Mover) -> str:
    """The version that a change can be based on. Costs two calls, shared with other fields."""
    loaders, task_arn = context.loaders, mover.task_arn
    task, tags = await asyncio.gather(loaders.task.load(task_arn), loaders.tags.load(task_arn))
    return version_of(task, tags)
