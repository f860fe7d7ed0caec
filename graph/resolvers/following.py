"""Follows runs, for as long as the caller may see them."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Final, Self

from graph.aws.client.group_moves import GroupMoves
from graph.context import ReadContext
from graph.model import names
from graph.model.errors import ApiError, NotFound
from graph.model.mover import Account
from graph.resolvers import scope
from graph.resolvers.movers import get_mover, list_movers
from graph.resolvers.runs import get_mover_of, get_run, task_of
from graph.runs.watch import Update

_VISIBLE_SECONDS: Final = 60.0
"""How long a stream relies on its run being visible, as long as nothing speaks against it."""
_LAG_SECONDS: Final = 5.0
"""Between two looks at a mover because lists have it in another group: they may be old."""
_FEW: Final = 3
"""Up to this number of movers are read one by one; for more, from the lists of their accounts."""


async def follow_run(
    context: ReadContext, run_arn: str, after: int | None = None
) -> AsyncGenerator[Update, None]:
    """The run's current state, then each change; ends when the run has ended.

    Raises NotFound once the caller may no longer see the run, as its mover has moved to another
    group: as soon as this process reads the mover for anyone, else within a minute, at a change.
    """
    mover = await get_mover_of(context, run_arn)
    with _Sight(context, {run_arn: mover.group}) as sight:
        await get_run(context, run_arn)
        async with aclosing(context.services.runs.follow(run_arn, after)) as updates:
            async for update in updates:
                if await sight.shows(update):
                    yield update


async def follow_runs(
    context: ReadContext, run_arns: Sequence[str]
) -> AsyncGenerator[Update, None]:
    """The current state of each run, then each change of any; ends when all have ended.

    Raises NotFound with the place of the first that the caller may not see, and as ``follow_run``
    does.
    """
    groups = await _groups(context, run_arns)
    with _Sight(context, groups) as sight:
        async with aclosing(context.services.runs.follow_all(run_arns)) as updates:
            async for update in updates:
                if await sight.shows(update):
                    yield update


class _Sight:
    """Checks that the caller still sees the runs of a stream."""

    def __init__(self, context: ReadContext, groups: Mapping[str, str | None]) -> None:
        """``groups``: of the mover of each run."""
        self._context = context
        self._groups = {task_of(run_arn): group for run_arn, group in groups.items()}
        self._checked = dict.fromkeys(groups, time.monotonic())
        self._sent: dict[str, int] = {}
        self._moved: set[str] = set()
        self._noted_at: dict[str, float] = {}

    def __enter__(self) -> Self:
        if self._context.rights.groups is not None:  # others see the mover in any group
            for task_arn, group in self._groups.items():
                self._moves.follow(task_arn, group, self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task_arn in self._groups:
            self._moves.leave(task_arn, self)

    def moved(self, task_arn: str) -> None:
        """Has the run checked at once, without waiting for a change of it."""
        now = time.monotonic()
        if now - self._noted_at.get(task_arn, float("-inf")) < _LAG_SECONDS:
            return
        self._noted_at[task_arn] = now
        self._moved.add(task_arn)
        for run_arn in self._checked:
            if task_of(run_arn) == task_arn:
                self._context.services.runs.repeat(run_arn)

    async def shows(self, update: Update) -> bool:
        """Whether the state is a new one. Raises NotFound if the caller may not see it."""
        context, run_arn = self._context, update.run.run_arn
        context.refresh()
        await self._check(run_arn)
        if self._sent.get(run_arn) == update.progress.sequence:
            return False
        self._sent[run_arn] = update.progress.sequence
        # A run that is selected through its mover equals the run of the event.
        context.loaders.run.prime(run_arn, update.run)
        return True

    async def _check(self, run_arn: str) -> None:
        """Raises NotFound if the mover is in a group now that the caller may not see.

        The last states of a mover that was deleted are still shown, as are those of one that cannot
        be read at the moment. Costs two calls to AWS, for callers that are limited to groups.
        """
        task_arn, now, context = task_of(run_arn), time.monotonic(), self._context
        if task_arn not in self._moved and now - self._checked[run_arn] < _VISIBLE_SECONDS:
            return
        self._checked[run_arn] = now
        if context.rights.groups is None:
            return
        try:
            mover = await context.loaders.mover.load(task_arn)
        except ApiError:
            return
        self._moves.follow(task_arn, mover.group, self)
        self._moved.discard(task_arn)
        if not scope.sees_group(context, mover.account.account_id, mover.group):
            raise NotFound(scope.NO_RUN)

    @property
    def _moves(self) -> GroupMoves:
        return self._context.services.gateway.moves


async def _groups(context: ReadContext, run_arns: Sequence[str]) -> dict[str, str | None]:
    """The group of each run. Raises NotFound for the first that the caller may not see."""
    accounts = set()
    for place, run_arn in enumerate(run_arns):
        if names.datasync_arn("run", run_arn) is None:
            raise _no_run_at(place)
        try:
            accounts.add(scope.require_task_account(context, task_of(run_arn)))
        except NotFound:
            raise _no_run_at(place) from None
    visible = await _visible(context, {task_of(each) for each in run_arns}, accounts)
    for place, run_arn in enumerate(run_arns):
        if task_of(run_arn) not in visible:
            raise _no_run_at(place)
    return {run_arn: visible[task_of(run_arn)] for run_arn in run_arns}


async def _visible(
    context: ReadContext, tasks: set[str], accounts: set[Account]
) -> dict[str, str | None]:
    """The groups of those movers that the caller sees. Many are read from lists of accounts."""
    if len(tasks) > _FEW:
        lists = [
            await list_movers(context, account.account_id, region=account.region)
            for account in sorted(accounts, key=lambda each: each.place)
        ]
        return {mover.task_arn: mover.group for movers in lists for mover in movers}
    seen = {}
    for task_arn in tasks:
        with suppress(NotFound):
            mover = await get_mover(context, task_arn)
            seen[mover.task_arn] = mover.group
    return seen


def _no_run_at(place: int) -> NotFound:
    return NotFound(f"{scope.NO_RUN}: the id at place {place + 1}", path=("runs", str(place)))
