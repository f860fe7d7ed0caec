"""The bandwidth of runs in progress: checks rights and calls the run service."""

from __future__ import annotations

from graph.context import Context
from graph.model.mover import Mover
from graph.model.run import BandwidthChange
from graph.model.verbs import Verb
from graph.resolvers import scope
from graph.resolvers.runs import get_run


async def set_bandwidth(
    context: Context, mover: Mover, run_arn: str, bytes_per_second: int
) -> BandwidthChange:
    """Limits an active or queued run of a mover. Raises NotRunning for one that has ended.

    Raises Forbidden if the caller may not run the mover, Invalid for what AWS refuses.
    """
    scope.require(context, Verb.RUN, mover.account.account_id, mover.group)
    run = await get_run(context, run_arn)
    try:
        return await context.services.runs.set_bandwidth(run, bytes_per_second)
    finally:
        context.loaders.forget_runs()
