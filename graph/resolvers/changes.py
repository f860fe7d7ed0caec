"""Every change that a caller can request, audited. The APIs write only through these functions.

Each function raises what its resolver raises, and Upstream if the audit trail cannot record the
request; then nothing was done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Final

from graph.context import Context
from graph.history.audit import ChangeInProgress
from graph.locations import targets_of
from graph.model.audit import AuditAction, AuditTarget
from graph.model.change import MoverChange
from graph.model.errors import NotFound
from graph.model.mover import Mover
from graph.model.operation import NewMover, Operation
from graph.model.overrides import NO_OVERRIDES, RunOverrides
from graph.resolvers import movers, orphans, runs, scope, starting, updating
from graph.resolvers.auditing import (
    audited,
    named_target,
    note_found,
    stored_region,
    task_target,
    visible_mover,
)
from graph.resolvers.orphans import CleanupResult
from graph.resolvers.starting import StartResult

_NAMED_ORPHANS: Final = 20
"""Of those that a request names, how many its records name unless it has removed some."""


async def create_mover(
    context: Context,
    target: AuditTarget,
    read: Callable[[], NewMover],
    idempotency_key: str | None = None,
    region: str | None = None,
) -> Operation:
    """Accepts the creation of a mover. Raises Forbidden if the caller may not write there.

    ``target`` is what the input says of account, group and name. ``read`` converts the input, which
    may be large, once the caller is known to have the right; it raises Invalid. ``region``: None
    for the default one.
    """

    async def create(attempt: ChangeInProgress) -> Operation:
        movers.check_may_create(context, target.account_id or "", target.group or "", region)
        new = read()
        attempt.add_details(
            resources=tuple(
                arn for spec in (new.source, new.destination) for arn in targets_of(spec)
            )
        )
        made = await movers.create_mover(context, new, idempotency_key, region)
        return _accepted(attempt, made)

    target = replace(target, region=stored_region(context, region))
    return await audited(context, AuditAction.CREATE_MOVER, target, create)


async def delete_mover(context: Context, task_arn: str, *, cancel_run: bool = False) -> Operation:
    """Accepts the deletion of a mover, or of the remains of an earlier one. Raises NotFound."""

    async def delete(attempt: ChangeInProgress) -> Operation:
        try:
            mover = await visible_mover(context, attempt, task_arn)
        except NotFound:
            account = scope.require_task_account(context, task_arn)
            operation = await movers.resume_deletion(
                context, account, task_arn=task_arn, found=partial(_left, attempt)
            )
        else:
            note_found(context, attempt, mover)
            operation = await movers.delete_mover(context, mover, cancel_run=cancel_run)
        return _accepted(attempt, operation)

    return await audited(context, AuditAction.DELETE_MOVER, task_target(context, task_arn), delete)


async def delete_named(context: Context, account_id: str, group: str, name: str) -> Operation:
    """The same for a mover by its name."""

    async def delete(attempt: ChangeInProgress) -> Operation:
        try:
            mover = await movers.find_mover(context, account_id, group, name)
        except NotFound:
            account = scope.require_account(context, account_id)
            operation = await movers.resume_deletion(
                context, account, named=(group, name), found=partial(_left, attempt)
            )
        else:
            note_found(context, attempt, mover)
            operation = await movers.delete_mover(context, mover)
        return _accepted(attempt, operation)

    target = named_target(context, account_id, group, name)
    return await audited(context, AuditAction.DELETE_MOVER, target, delete)


async def start_mover(
    context: Context,
    task_arn: str,
    idempotency_key: str | None = None,
    read: Callable[[], RunOverrides] = lambda: NO_OVERRIDES,
) -> StartResult:
    """Starts a run, or returns the one that the key started before, even if its mover is deleted.

    ``read`` converts what the run does differently, and raises Invalid. Raises NotFound if there is
    no such mover, Conflict if the key was used for another mover or with other overrides.
    """

    async def start(attempt: ChangeInProgress) -> StartResult:
        overrides = read()
        before = (
            await starting.started_before(context, task_arn, idempotency_key, overrides)
            if idempotency_key is not None
            else None
        )
        if before is not None:
            attempt.add_details(run_arn=before)
            return StartResult(before, again=True)
        mover = await visible_mover(context, attempt, task_arn)
        return StartResult(await _start(context, attempt, mover, idempotency_key, overrides))

    return await audited(context, AuditAction.START_MOVER, task_target(context, task_arn), start)


async def start_named(context: Context, account_id: str, group: str, name: str) -> str:
    """Starts a run of a mover by its name and returns the run's ARN."""

    async def start(attempt: ChangeInProgress) -> str:
        mover = await movers.find_mover(context, account_id, group, name)
        return await _start(context, attempt, mover)

    target = named_target(context, account_id, group, name)
    return await audited(context, AuditAction.START_MOVER, target, start)


async def stop_mover(context: Context, task_arn: str) -> str:
    """Cancels the active or queued run of a mover and returns the run's ARN."""

    async def stop(attempt: ChangeInProgress) -> str:
        mover = await visible_mover(context, attempt, task_arn)
        return await _stop(context, attempt, mover)

    return await audited(context, AuditAction.STOP_MOVER, task_target(context, task_arn), stop)


async def stop_named(context: Context, account_id: str, group: str, name: str) -> str:
    """The same for a mover by its name."""

    async def stop(attempt: ChangeInProgress) -> str:
        mover = await movers.find_mover(context, account_id, group, name)
        return await _stop(context, attempt, mover)

    target = named_target(context, account_id, group, name)
    return await audited(context, AuditAction.STOP_MOVER, target, stop)


async def update_mover(
    context: Context, task_arn: str, read: Callable[[], MoverChange]
) -> Operation:
    """Accepts the change of a mover. ``read`` converts the input; it raises Invalid."""

    async def update(attempt: ChangeInProgress) -> Operation:
        mover = await visible_mover(context, attempt, task_arn)
        note_found(context, attempt, mover)
        return _accepted(attempt, await updating.update_mover(context, mover, read))

    return await audited(context, AuditAction.UPDATE_MOVER, task_target(context, task_arn), update)


async def clean_orphans(  # noqa: PLR0913 - where, what and how
    context: Context,
    account_id: str,
    arns: Collection[str] | None,
    *,
    validate: Callable[[], None],
    dry_run: bool,
    region: str | None = None,
) -> CleanupResult:
    """Removes orphans of an account that the caller sees: all, or those of the given ARNs.

    ``validate`` checks the ARNs, which may be many, once the caller is known to have the right; it
    raises Invalid.
    """

    async def clean(attempt: ChangeInProgress) -> CleanupResult:
        orphans.check_may_clean(context, account_id, region)
        validate()
        cleaning = await orphans.clean_orphans(
            context, account_id, arns, dry_run=dry_run, region=region
        )
        if cleaning.removed:
            attempt.add_details(resources=tuple(orphan.arn for orphan in cleaning.removed))
        return cleaning

    action = AuditAction.PREVIEW_ORPHANS if dry_run else AuditAction.CLEAN_ORPHANS
    aimed_at = tuple(islice(arns or (), _NAMED_ORPHANS))
    target = AuditTarget(
        account_id=account_id, region=stored_region(context, region), resources=aimed_at
    )
    return await audited(context, action, target, clean)


def _left(attempt: ChangeInProgress, deletion: Operation) -> None:
    """For the auditors of its group, who see attempts of callers of other groups, too."""
    attempt.add_details(group=deletion.group, mover_name=deletion.mover_name)


async def _start(
    context: Context,
    attempt: ChangeInProgress,
    mover: Mover,
    idempotency_key: str | None = None,
    overrides: RunOverrides = NO_OVERRIDES,
) -> str:
    try:
        run_arn = await starting.start_run(context, mover, idempotency_key, overrides)
    finally:  # it has described the task
        note_found(context, attempt, mover)
    attempt.add_details(run_arn=run_arn)
    return run_arn


async def _stop(context: Context, attempt: ChangeInProgress, mover: Mover) -> str:
    note_found(context, attempt, mover)
    run_arn = await runs.stop_run(context, mover)
    attempt.add_details(run_arn=run_arn)
    return run_arn


def _accepted(attempt: ChangeInProgress, operation: Operation) -> Operation:
    attempt.add_details(
        account_id=operation.account_id,
        region=operation.region,
        group=operation.group,
        mover_name=operation.mover_name,
        task_arn=operation.task_arn,
        operation_id=operation.id,
    )
    return operation
