"""Finds the runs of a mover that a filter selects. AWS lists runs without their times."""

from __future__ import annotations

import asyncio
from datetime import datetime

from graph.context import ReadContext
from graph.model.errors import NotFound
from graph.model.run import Run, RunRef
from graph.model.run_search import RunFilter
from graph.resolvers.runs import list_runs


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
    runs = await asyncio.gather(*(_read(context, ref) for ref in found))
    return [
        ref for ref, run in zip(found, runs, strict=True) if run is not None and wanted.admits(run)
    ]


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


async def _read(context: ReadContext, ref: RunRef) -> Run | None:
    try:
        return await context.loaders.run.load(ref.run_arn)
    except NotFound:
        return None
