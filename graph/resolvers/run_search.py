"""Finds the runs that a filter selects. AWS lists runs without their times and outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from graph.context import ReadContext
from graph.model.errors import NotFound, QuotaExceeded
from graph.model.mover import Account
from graph.model.run import Run, RunRef
from graph.model.run_search import RunFilter
from graph.resolvers.movers import list_movers
from graph.resolvers.runs import list_runs
from graph.resolvers.scope import require_account

_MOST: Final = 1_000
"""Runs of many movers that are read for one list, to sort them by their times."""


async def search_runs(context: ReadContext, task_arn: str, wanted: RunFilter) -> list[RunRef]:
    """The runs of a mover that the filter selects, the newest first.

    A time costs a call for each halving of the list, an outcome one for each run within the times.
    Runs that have ended are remembered.
    """
    refs = await list_runs(context, task_arn)
    low = 0 if wanted.until is None else await _first_before(context, refs, wanted.until)
    high = len(refs) if wanted.since is None else await _first_before(context, refs, wanted.since)
    found = [ref for ref in refs[low:high] if wanted.may_admit(ref)]
    if wanted.outcome is None:
        return found
    ended = {run.run_arn for run in await _read_all(context, found) if wanted.admits(run)}
    return [ref for ref in found if ref.run_arn in ended]


async def search_account_runs(
    context: ReadContext,
    account_id: str,
    group: str | None,
    wanted: RunFilter,
    region: str | None = None,
) -> list[Run]:
    """The runs of an account, or of a group of it, that the filter selects, the newest first.

    Costs the lists of movers and runs, and a call for each run that may match and is not
    remembered. Raises QuotaExceeded if more runs may match than are read for one list.
    """
    movers = await list_movers(context, account_id, group, region=region)
    tasks = [mover.task_arn for mover in movers]
    account = require_account(context, account_id, region)
    refs = [ref for ref in await _list_all(context, account, tasks) if wanted.may_admit(ref)]
    if len(refs) > _MOST:
        raise QuotaExceeded(
            f"{len(refs)} runs may match, and at most {_MOST} are searched together. Ask for one "
            "group, for fewer statuses, or for the runs of single movers."
        )
    runs = await _read_all(context, refs)
    found = [run for run in runs if wanted.admits(run) and wanted.spans(run)]
    return sorted(found, key=_newest_first)


async def _list_all(context: ReadContext, account: Account, tasks: list[str]) -> list[RunRef]:
    """The runs of some tasks: from the list of their account, or one by one if it is too long."""
    listed = await context.loaders.account_runs.load(account)
    if listed is None:
        lists = await context.loaders.runs.load_many(tasks)
    else:
        lists = [listed.by_task.get(task, []) for task in tasks]
    return [ref for refs in lists for ref in refs]


def _newest_first(run: Run) -> tuple[bool, float, str]:
    at = run.requested_at
    return at is None, 0.0 if at is None else -at.timestamp(), run.run_arn


async def _first_before(context: ReadContext, refs: list[RunRef], moment: datetime) -> int:
    """The index of the first run that was requested before that time: runs are newest first.

    A run that AWS has forgotten meanwhile, or whose time it does not report, counts as older.
    """
    low, high = 0, len(refs)
    while low < high:
        middle = (low + high) // 2
        run = await _read(context, refs[middle])
        if run is None or run.requested_at is None or run.requested_at < moment:
            high = middle
        else:
            low = middle + 1
    return low


async def _read_all(context: ReadContext, refs: Iterable[RunRef]) -> list[Run]:
    """The runs, without those that AWS has forgotten since it listed them."""
    loaded = (context.loaders.run.load(ref.run_arn) for ref in refs)
    found: list[Run] = []
    for answer in await asyncio.gather(*loaded, return_exceptions=True):
        if not isinstance(answer, BaseException):
            found.append(answer)
        elif not isinstance(answer, NotFound):
            raise answer
    return found


async def _read(context: ReadContext, ref: RunRef) -> Run | None:
    try:
        return await context.loaders.run.load(ref.run_arn)
    except NotFound:
        return None
