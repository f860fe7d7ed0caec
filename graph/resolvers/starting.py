"""Starts of runs: checks rights and calls the run service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from graph.context import Context
from graph.model.mover import Mover
from graph.model.overrides import NO_OVERRIDES, RunOverrides
from graph.model.verbs import Verb
from graph.operations.idempotency import key_of
from graph.resolvers import scope
from graph.resolvers.resources import require_files, require_use
from graph.runs.overrides import overrides_like
from graph.store import IdempotencyKey


@dataclass(frozen=True, slots=True)
class StartResult:
    """The outcome of a request to start a mover."""

    run_arn: str
    again: bool = False
    """Whether an earlier request with the same key started it. Its mover may have been deleted."""


async def start_run(
    context: Context,
    mover: Mover,
    idempotency_key: str | None = None,
    overrides: RunOverrides = NO_OVERRIDES,
    like: str | None = None,
) -> str:
    """Starts a run and returns its ARN, once per key.

    ``like``: the ARN of an earlier run, by which the key is compared instead of by overrides.

    Raises Forbidden if the caller may not run it or use both ends, AlreadyRunning or Conflict
    unless the mover is AVAILABLE. Of many concurrent calls one succeeds.
    """
    scope.require(context, Verb.RUN, mover.account.account_id, mover.group)
    await require_use(context, mover)
    await require_files(context, mover, overrides)
    key = (
        None
        if idempotency_key is None
        else _key(context, mover.task_arn, idempotency_key, overrides, mover.group, like)
    )
    run_arn = None
    try:
        run_arn = await context.services.runs.start(
            mover.task_arn, context.identity.who, key, overrides
        )
        return run_arn
    finally:
        context.loaders.forget_runs()
        context.services.activity.changed(mover.account, run_arn)


async def start_like(
    context: Context, mover: Mover, run_arn: str, idempotency_key: str | None = None
) -> str:
    """Starts a run with what an earlier one had of its own, and returns its ARN.

    Raises NotFound for a run that is gone, Conflict where the mover does not allow the same any
    more, and what ``start_run`` raises.
    """
    scope.require(context, Verb.RUN, mover.account.account_id, mover.group)
    loaders = context.loaders
    run, task, tags = await asyncio.gather(
        loaders.run.load(run_arn), loaders.task.load(mover.task_arn), loaders.tags.load(run_arn)
    )
    overrides = overrides_like(run, task, tags)
    return await start_run(context, mover, idempotency_key, overrides, run_arn)


async def started_before(
    context: Context,
    task_arn: str,
    idempotency_key: str,
    overrides: RunOverrides = NO_OVERRIDES,
    like: str | None = None,
) -> str | None:
    """The run that a key started before, if the caller may still run its movers.

    ``like``: as for ``start_run``.
    """
    account_id = scope.require_task_account(context, task_arn).account_id
    if not context.rights.may_somewhere(Verb.RUN):
        return None
    key = _key(context, task_arn, idempotency_key, overrides, like=like)
    answer = await context.services.store.idempotency.find(key)
    if answer is None or not context.rights.may(Verb.RUN, account_id, answer.group):
        return None
    return answer.result


def _key(  # noqa: PLR0913, PLR0917 - what a key is compared by
    context: Context,
    task_arn: str,
    idempotency_key: str,
    overrides: RunOverrides,
    group: str | None = None,
    like: str | None = None,
) -> IdempotencyKey:
    asked = (
        f"start {task_arn} {overrides.fingerprint}".rstrip() if like is None else f"rerun {like}"
    )
    return key_of(context.identity.key, idempotency_key, asked, group)
