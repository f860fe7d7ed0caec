"""Changes that begin with a run, audited like those of movers in ``changes``."""

from __future__ import annotations

from functools import partial

from graph.context import Context
from graph.history.audit import ChangeInProgress
from graph.model.audit import AuditAction
from graph.model.mover import Tag
from graph.model.run import BandwidthChange
from graph.resolvers import bandwidth, run_tags, runs, starting
from graph.resolvers.auditing import audited, note_found, task_target, visible_mover
from graph.resolvers.starting import StartResult
from graph.task_settings.rules import check_bandwidth


async def rerun(context: Context, run_arn: str, idempotency_key: str | None = None) -> StartResult:
    """Starts a run like an earlier one, or returns the one that the key started before.

    Raises NotFound if the earlier run is gone, Conflict if the key was used for another one.
    """
    task_arn = runs.task_of(run_arn)

    async def start(attempt: ChangeInProgress) -> StartResult:
        before = (
            await starting.started_before(context, task_arn, idempotency_key, like=run_arn)
            if idempotency_key is not None
            else None
        )
        if before is not None:
            attempt.add_details(run_arn=before)
            return StartResult(before, again=True)
        find = partial(visible_mover, context, attempt)
        mover = await runs.get_mover_of(context, run_arn, find)
        note_found(context, attempt, mover)
        started = await starting.start_like(context, mover, run_arn, idempotency_key)
        attempt.add_details(run_arn=started)
        return StartResult(started)

    return await audited(context, AuditAction.RERUN, task_target(context, task_arn), start)


async def set_run_bandwidth(
    context: Context, run_arn: str, bytes_per_second: int
) -> BandwidthChange:
    """Limits an active or queued run. Raises NotFound if there is no such run."""

    async def limit(attempt: ChangeInProgress) -> BandwidthChange:
        check_bandwidth(bytes_per_second)
        mover = await runs.get_mover_of(context, run_arn, partial(visible_mover, context, attempt))
        note_found(context, attempt, mover)
        attempt.add_details(run_arn=run_arn)
        return await bandwidth.set_bandwidth(context, mover, run_arn, bytes_per_second)

    target = task_target(context, runs.task_of(run_arn))
    return await audited(context, AuditAction.SET_RUN_BANDWIDTH, target, limit)


async def set_run_tags(context: Context, run_arn: str, tags: tuple[Tag, ...]) -> None:
    """Replaces the caller's tags of a run. Raises NotFound if there is no such run."""

    async def change(attempt: ChangeInProgress) -> None:
        run_tags.check(tags)
        mover = await runs.get_mover_of(context, run_arn, partial(visible_mover, context, attempt))
        note_found(context, attempt, mover)
        attempt.add_details(run_arn=run_arn)
        await run_tags.set_tags(context, mover, run_arn, tags)

    target = task_target(context, runs.task_of(run_arn))
    await audited(context, AuditAction.SET_RUN_TAGS, target, change)
