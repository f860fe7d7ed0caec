"""Follows what changes in an account, as far as the caller may see it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from graph.activity import Change, Kind
from graph.context import ReadContext
from graph.model import names
from graph.model.errors import NotFound
from graph.model.mover import Mover
from graph.model.operation import Operation
from graph.model.progress import Progress
from graph.model.run import Run
from graph.resolvers import scope
from graph.resolvers.movers import no_movers


@dataclass(frozen=True, slots=True)
class MoverIsGone:
    """A mover was deleted, or is in no group any more that the follower sees."""

    task_arn: str


@dataclass(frozen=True, slots=True)
class RunChange:
    run: Run
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class Event:
    """One change."""

    cursor: str
    subject: tuple[str, str] | None
    """What it is about; None if anything may have changed."""
    value: Mover | MoverIsGone | RunChange | Operation | None


async def follow_activity(
    context: ReadContext,
    account_id: str,
    group: str | None,
    after: str | None,
    region: str | None = None,
) -> AsyncGenerator[Event, None]:
    """First an event without a value, then each change in the account, or in one group of it.

    Raises NotFound for an account or group that the caller may not see, and as ``Activity.follow``.
    """
    account = scope.require_account(context, account_id, region)
    if group is not None:
        names.group(group)
        if not scope.sees_group(context, account_id, group):
            raise no_movers(account_id, group)

    def sees(name: str | None) -> bool:
        return group in (None, name) and scope.sees_group(context, account_id, name)

    changes = context.services.activity.follow(account, sees, after)
    async with aclosing(changes):
        async for change in changes:
            context.refresh()
            event = await _event_of(context, change)
            if event is not None:
                yield event


async def _event_of(context: ReadContext, change: Change) -> Event | None:
    """None for what does not exist any more, which is another change."""
    subject = change.subject
    if subject is None:
        return Event(change.cursor, None, None)
    value: Mover | MoverIsGone | RunChange | Operation | None
    if subject.kind is Kind.GONE:
        value = MoverIsGone(subject.key)
    elif subject.kind is Kind.MOVER:
        value = change.mover
        if value is not None:
            context.loaders.mover.prime(value.task_arn, value)
    else:
        try:
            value = await _read(context, change, subject.key)
        except NotFound:
            return None
    return (
        None if value is None else Event(change.cursor, (_ABOUT[subject.kind], subject.key), value)
    )


async def _read(context: ReadContext, change: Change, key: str) -> RunChange | Operation:
    if change.subject is not None and change.subject.kind is Kind.OPERATION:
        return await context.services.operations.shown(key)
    if change.update is None:
        return RunChange(await context.loaders.run.load(key), None)
    context.loaders.run.prime(key, change.update.run)
    return RunChange(change.update.run, change.update.progress)


_ABOUT = {
    Kind.MOVER: "mover",
    Kind.GONE: "mover",
    Kind.RUN: "run",
    Kind.OPERATION: "operation",
}
"""That a mover changes and that it is gone are about the same: the last of them counts."""
