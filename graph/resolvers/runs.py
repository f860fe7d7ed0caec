"""Runs: checks rights and calls the run service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from graph.aws import run_failures
from graph.context import Context, ReadContext
from graph.loaders import MoverPage
from graph.model import names
from graph.model.advice import Advice, RunSide
from graph.model.errors import ApiError, NotFound
from graph.model.mover import Mover
from graph.model.progress import Progress
from graph.model.run import Run, RunRef
from graph.model.verbs import Verb
from graph.resolvers import scope
from graph.resolvers.movers import get_mover
from graph.runs.active import find_current


async def list_runs(context: ReadContext, task_arn: str) -> list[RunRef]:
    """The runs of a mover of the last 30 days, the newest first."""
    return await context.loaders.runs.load(task_arn)


async def list_runs_as_aws_does(context: ReadContext, task_arn: str) -> list[RunRef]:
    """The same in AWS's order, as clients of the original server expect it; one call per 100."""
    return await context.services.runs.list_runs_as_aws_does(task_arn)


async def find_run(context: ReadContext, mover: Mover, run_id: str) -> Run:
    """A run of a mover by its id. Raises NotFound."""
    names.run_id(run_id)
    return await get_run(context, f"{mover.task_arn}/execution/{run_id}")


async def get_run(context: ReadContext, run_arn: str) -> Run:
    """A run by its ARN. Raises NotFound."""
    try:
        return await context.loaders.run.load(run_arn)
    except NotFound:
        raise NotFound(scope.NO_RUN) from None


async def get_runs(context: ReadContext, run_arns: list[str]) -> dict[str, Run]:
    """Runs by their ARNs. Raises the first error among them."""
    return dict(zip(run_arns, await context.loaders.run.load_many(run_arns), strict=True))


async def get_visible_run(context: ReadContext, run_arn: str) -> Run:
    """A run of the organisation whose mover the caller sees. Raises NotFound."""
    await get_mover_of(context, run_arn)
    return await get_run(context, run_arn)


async def get_mover_of(
    context: ReadContext, run_arn: str, find: Callable[[str], Awaitable[Mover]] | None = None
) -> Mover:
    """The mover of a run, by ``get_mover`` or ``find``. Raises NotFound, as for a missing run."""
    if names.datasync_arn("run", run_arn) is None:
        raise NotFound(scope.NO_RUN)
    try:
        return await (find or partial(get_mover, context))(task_of(run_arn))
    except NotFound:
        raise NotFound(scope.NO_RUN) from None


def task_of(run_arn: str) -> str:
    """The ARN of the task that a run belongs to."""
    return run_arn.partition("/execution/")[0]


async def latest_run(
    context: ReadContext, task_arn: str, page: MoverPage | None = None
) -> Run | None:
    """The mover's last run, active or ended; None if AWS lists none of the last 30 days.

    The runs of the movers of a ``page`` are read together.
    """
    loaders = context.loaders
    loader = loaders.listed_latest_run if page else loaders.latest_run
    run_arn = await loader.load(task_arn)
    if run_arn is None:
        return None
    try:
        return await get_run(context, run_arn)
    except NotFound:  # a task may name a run that AWS has forgotten
        return None


async def current_run(context: ReadContext, mover: Mover) -> Run | None:
    """The run that executes now, started by anyone; else one being cancelled; else a queued one."""
    return await find_current(
        mover.status, partial(list_runs, context, mover.task_arn), partial(get_run, context)
    )


async def stop_run(context: Context, mover: Mover) -> str:
    """Cancels the active run, or else the oldest queued one, and returns its ARN.

    Raises NotRunning if there is none, Forbidden if the caller may not stop it.
    """
    scope.require(context, Verb.RUN, mover.account.account_id, mover.group)
    try:
        return await context.services.runs.stop(mover.task_arn, context.identity.who)
    finally:
        context.loaders.forget_runs()
        context.services.activity.changed(mover.account)


async def started_by(context: ReadContext, run_arn: str) -> str | None:
    """Who started a run, if this deployment did."""
    return (await context.loaders.run_note.load(run_arn)).started_by


async def cancelled_by(context: ReadContext, run_arn: str) -> str | None:
    """Who cancelled a run, if this deployment did."""
    return (await context.loaders.run_note.load(run_arn)).cancelled_by


async def advice_on(context: ReadContext, run: Run) -> Advice | None:
    """What to do about a run that failed or is partial; None for any other.

    Costs a call to AWS if the error names a location of a task that was not described before.
    """
    advice = run_failures.advice_on(run)
    if advice is None or advice.location_id is None or advice.side is not None:
        return advice
    try:
        source, destination = await context.loaders.ends.load(run.task_arn)
    except ApiError:  # the advice is of use without the side
        return advice
    sides = {_id_of(source): RunSide.SOURCE, _id_of(destination): RunSide.DESTINATION}
    return replace(advice, side=sides.get(advice.location_id))


def _id_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def live_progress(context: ReadContext, run: Run) -> Progress | None:
    """The progress that a watch of this process has measured, with its rates."""
    latest = context.services.runs.observed(run.run_arn)
    return latest.progress if latest is not None and latest.run.status == run.status else None
