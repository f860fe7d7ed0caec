"""Finds the movers that a filter selects, in an order, and counts those that need attention.

What the account's lists hold costs nothing beyond them. Of the rest, only what the filter and the
order ask for is read, and only for movers that match otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from strawberry.dataloader import DataLoader

from graph.context import ReadContext
from graph.model.errors import NotFound
from graph.model.mover import Mover
from graph.model.mover_search import MoverFilter, MoverOrder, MoverOrderField, Place, ScheduleState
from graph.model.run import Run
from graph.model.words import LocationKind
from graph.resolvers.movers import list_movers

V = TypeVar("V")


async def search_movers(  # noqa: PLR0913 - where, what, and in which order
    context: ReadContext,
    account_id: str,
    group: str | None,
    wanted: MoverFilter,
    order: MoverOrder,
    *,
    region: str | None = None,
    further: bool = False,
) -> list[tuple[Place, Mover]]:
    """The movers that the caller may see and the filter selects, in order.

    ``region`` and ``further``: as for ``list_movers``.
    """
    movers = await list_movers(context, account_id, group, region=region, further=further)
    found = await _selected(context, [mover for mover in movers if wanted.admits(mover)], wanted)
    values = await _values(context, found, order.field)
    places = [(Place(values[mover.task_arn], mover.name, mover.task_arn), mover) for mover in found]
    return sorted(places, key=lambda each: order.rank(each[0]))


async def _selected(context: ReadContext, movers: list[Mover], wanted: MoverFilter) -> list[Mover]:
    """Those that match also by what the list does not show; cheap conditions first."""
    if wanted.has_run is not None:
        latest = await _latest(context, movers)
        movers = [mover for mover in movers if (mover.task_arn in latest) == wanted.has_run]
    if wanted.schedule is not None:
        states = await _schedules(context, movers)
        movers = [mover for mover in movers if states.get(mover.task_arn) in wanted.schedule]
    if wanted.location_kind is not None:
        kinds = await _kinds(context, movers)
        movers = [mover for mover in movers if kinds[mover.task_arn] & wanted.location_kind]
    if wanted.last_outcome is not None:
        runs = await last_runs(context, movers)
        movers = [
            mover
            for mover in movers
            if mover.task_arn in runs and runs[mover.task_arn].outcome in wanted.last_outcome
        ]
    return movers


async def _values(
    context: ReadContext, movers: list[Mover], field: MoverOrderField
) -> Mapping[str, str | float | None]:
    """By task: what the order compares."""
    if field is MoverOrderField.NAME:
        return {mover.task_arn: mover.name for mover in movers}
    if field is MoverOrderField.STATUS:
        return {mover.task_arn: mover.status for mover in movers}
    arns = [mover.task_arn for mover in movers]
    if field is MoverOrderField.CREATED_AT:
        facts = await _found(context.loaders.task_facts, arns)
        return {arn: _seconds(facts[arn].created_at if arn in facts else None) for arn in arns}
    runs = await last_runs(context, movers)
    return {arn: _seconds(runs[arn].requested_at if arn in runs else None) for arn in arns}


async def last_runs(context: ReadContext, movers: Iterable[Mover]) -> dict[str, Run]:
    """By task: its last run, for movers that have run. One call per run that has not ended."""
    latest = await _latest(context, movers)
    runs = await _found(context.loaders.run, latest.values())
    return {task_arn: runs[run_arn] for task_arn, run_arn in latest.items() if run_arn in runs}


async def count_matching(
    context: ReadContext,
    account_id: str,
    group: str | None,
    wanted: MoverFilter,
    region: str | None = None,
) -> int:
    """How many movers the filter selects."""
    movers = await list_movers(context, account_id, group, region=region)
    return len(await _selected(context, [each for each in movers if wanted.admits(each)], wanted))


async def _latest(context: ReadContext, movers: Iterable[Mover]) -> dict[str, str]:
    """By task: the ARN of its last run, for movers that have run."""
    found = await _found(context.loaders.listed_latest_run, [mover.task_arn for mover in movers])
    return {task_arn: run_arn for task_arn, run_arn in found.items() if run_arn is not None}


async def _schedules(context: ReadContext, movers: list[Mover]) -> dict[str, ScheduleState]:
    facts = await _found(context.loaders.task_facts, [mover.task_arn for mover in movers])
    return {arn: ScheduleState.of(each.schedule) for arn, each in facts.items()}


async def _kinds(context: ReadContext, movers: list[Mover]) -> dict[str, set[LocationKind]]:
    ends = await _found(context.loaders.ends, [mover.task_arn for mover in movers])
    arns = {arn for pair in ends.values() for arn in pair}
    locations = await _found(context.loaders.listed_location, sorted(arns))
    kinds = {arn: LocationKind(each.kind) for arn, each in locations.items() if each}
    return {
        mover.task_arn: {kinds[arn] for arn in ends.get(mover.task_arn, ()) if arn in kinds}
        for mover in movers
    }


async def _found(loader: DataLoader[str, V], keys: Iterable[str]) -> dict[str, V]:
    """What is there of the keys; without those that were deleted since they were listed."""
    wanted = list(keys)
    answers = await asyncio.gather(*map(loader.load, wanted), return_exceptions=True)
    found: dict[str, V] = {}
    for key, answer in zip(wanted, answers, strict=True):
        if not isinstance(answer, BaseException):
            found[key] = answer
        elif not isinstance(answer, NotFound):
            raise answer
    return found


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
