"""Runs: listed, shown, started, stopped and followed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from graph.aws import runs as aws_runs
from graph.aws.client.gateway import Gateway
from graph.aws.tasks import describe_task
from graph.context import Context
from graph.model import names
from graph.model.errors import AlreadyRunning, ApiError, Invalid, NotFound, NotRunning, Upstream
from graph.model.mover import KEY_TAG, Mover, Tag, Task
from graph.model.progress import Progress
from graph.model.run import Run, RunRef
from graph.operations.once import key_of
from graph.resolvers import scope
from graph.resolvers.movers import get_mover
from graph.runs.watch import Update
from graph.store import Key


@dataclass(frozen=True, slots=True)
class Start:
    """What a wish to start a mover has led to."""

    run_arn: str
    again: bool = False
    """The caller's key led to it before: by now it may be gone, or not the caller's to see."""


async def list_runs(context: Context, task_arn: str) -> list[RunRef]:
    """The runs of a mover of the last 30 days, the newest first."""
    return await context.loaders.runs.load(task_arn)


async def list_runs_as_aws_does(context: Context, task_arn: str) -> list[RunRef]:
    """The same in AWS's own order, as the original's clients know them; a call for each 100."""
    return await aws_runs.list_runs(context.services.gateway, task_arn)


async def find_run(context: Context, mover: Mover, run_id: str) -> Run:
    """A run of a mover by its id. Raises NotFound."""
    names.run_id(run_id)
    return await get_run(context, f"{mover.task_arn}/execution/{run_id}")


async def get_run(context: Context, run_arn: str) -> Run:
    """A run by its ARN. Raises NotFound."""
    try:
        return await context.loaders.run.load(run_arn)
    except NotFound:
        raise NotFound("datasync run not found") from None


async def get_visible_run(context: Context, run_arn: str) -> Run:
    """A run whose mover is the organisation's, and the caller's to see. Raises NotFound."""
    mover = await get_mover(context, task_of(run_arn))
    return await find_run(context, mover, run_arn.rpartition("/")[2])


def task_of(run_arn: str) -> str:
    """The ARN of the task that a run is of."""
    return run_arn.partition("/execution/")[0]


async def latest_run(context: Context, task_arn: str) -> str | None:
    """The ARN of the mover's last run, None where it never ran."""
    return await context.loaders.latest_run.load(task_arn)


async def current_run(context: Context, mover: Mover) -> Run | None:
    """The run that is active now, started by anyone."""
    if mover.status not in ("RUNNING", "QUEUED"):
        return None
    run_arn = await latest_run(context, mover.task_arn)
    if run_arn is None:
        return None
    run = await get_run(context, run_arn)
    return None if run.ended else run


async def start_by_task(
    context: Context, task_arn: str, idempotency_key: str | None = None
) -> Start:
    """Starts a run of a mover by its task, or gives the run that the key has led to before.

    That one also where the mover is gone, and without a call to AWS. Raises as ``start_run`` does,
    NotFound where the mover is not there, Conflict for a key of another mover.
    """
    if idempotency_key is None:
        return Start(await start_run(context, await get_mover(context, task_arn)))
    before = await _started_before(context, task_arn, idempotency_key)
    if before is not None:
        return Start(before, again=True)
    mover = await get_mover(context, task_arn)
    scope.may_write(context, mover.account.account_id, mover.group)
    return Start(await _start_once(context, mover, idempotency_key))


async def start_run(context: Context, mover: Mover) -> str:
    """Starts a run and gives its ARN. Raises AlreadyRunning unless the mover is AVAILABLE.

    Of many who ask at once one succeeds. Raises Forbidden where the caller may not write.
    """
    scope.may_write(context, mover.account.account_id, mover.group)
    return await _start(context, mover)


async def _started_before(context: Context, task_arn: str, idempotency_key: str) -> str | None:
    """The run that a key has led to, where the caller may still start those of its group."""
    account_id = scope.account_of(context, task_arn).account_id
    if not context.caller.may_write:
        return None
    key = _key(context, task_arn, idempotency_key)
    answer = await context.services.store.key_answer(key)
    if answer is None or not scope.group(context, account_id, answer.group):
        return None
    return answer.result


async def _start_once(context: Context, mover: Mover, idempotency_key: str) -> str:
    gateway = context.services.gateway
    return await context.services.operations.once(
        _key(context, mover.task_arn, idempotency_key, mover.group),
        work=lambda key: _start(context, mover, Tag(KEY_TAG, key)),
        find=lambda key: aws_runs.marked_run(gateway, mover.task_arn, Tag(KEY_TAG, key)),
    )


def _key(context: Context, task_arn: str, idempotency_key: str, group: str | None = None) -> Key:
    return key_of(context.caller.name, idempotency_key, f"start {task_arn}", group)


async def _start(context: Context, mover: Mover, mark: Tag | None = None) -> str:
    gateway, store = context.services.gateway, context.services.store
    if mover.status != "AVAILABLE":
        raise _already_running()
    # A list does not tell a mover's latest run; where the mover was described, this costs no call.
    task = await context.loaders.task.load(mover.task_arn)
    # AWS would queue a second start behind the first.
    if task.status != "AVAILABLE":
        raise _already_running()
    if not await store.claim_start(mover.task_arn, task.latest_run_arn):
        raise _already_running()
    try:
        run_arn = await aws_runs.start_run(gateway, mover.task_arn, mark)
    except ApiError as error:
        if not isinstance(error, Upstream) or await _unchanged(gateway, task):
            await store.drop_start(mover.task_arn, task.latest_run_arn)
        raise
    context.loaders.forget_runs()
    await store.note_started(run_arn, context.caller.who)
    return run_arn


def _already_running() -> AlreadyRunning:
    return AlreadyRunning("another datasync mover task is already running")


async def _unchanged(gateway: Gateway, before: Task) -> bool:
    """Whether a start whose answer was lost has certainly begun no run."""
    try:
        return (await describe_task(gateway, before.task_arn)).latest_run_arn == (
            before.latest_run_arn
        )
    except ApiError:
        return False


async def stop_run(context: Context, mover: Mover) -> str:
    """Cancels the run that is active, or else the queued one, and gives its ARN.

    Raises NotRunning where there is none, Forbidden where the caller may not write.
    """
    scope.may_write(context, mover.account.account_id, mover.group)
    active = [run for run in await list_runs(context, mover.task_arn) if not run.ended]
    if not active:
        raise NotRunning("datasync mover task is not running")
    # Behind one that is being cancelled already there may wait another, which is meant then.
    waiting = [run for run in active if run.status == "QUEUED"]
    moving = [run for run in active if run.status not in ("QUEUED", "CANCELLING")]
    chosen = (moving or waiting or active)[-1]
    # Noted first: whoever watches may see the end before this call is answered.
    await context.services.store.note_cancelled(chosen.run_arn, context.caller.who)
    try:
        await aws_runs.cancel_run(context.services.gateway, chosen.run_arn)
    except ApiError as error:
        await context.services.store.note_cancelled(chosen.run_arn, None)
        if isinstance(error, Invalid | NotFound):  # it has ended since it was listed
            raise NotRunning("datasync mover task is not running") from None
        raise
    context.loaders.forget_runs()
    return chosen.run_arn


async def started_by(context: Context, run_arn: str) -> str | None:
    """Who started a run, where this deployment did."""
    note = (await context.services.store.run_notes([run_arn])).get(run_arn)
    return note.started_by if note else None


async def cancelled_by(context: Context, run_arn: str) -> str | None:
    """Who cancelled a run, where this deployment did."""
    note = (await context.services.store.run_notes([run_arn])).get(run_arn)
    return note.cancelled_by if note else None


async def follow_run(
    context: Context, run_arn: str, after: int | None = None
) -> AsyncGenerator[Update, None]:
    """The run's present state, then each change; it ends when the run has."""
    await get_visible_run(context, run_arn)
    async with aclosing(context.services.watches.follow(run_arn, after)) as updates:
        async for update in updates:
            yield update


def live_progress(context: Context, run: Run) -> Progress | None:
    """The progress that a watch of this process has measured, with its rates."""
    latest = context.services.watches.latest(run.run_arn)
    return latest.progress if latest is not None and latest.run.status == run.status else None
