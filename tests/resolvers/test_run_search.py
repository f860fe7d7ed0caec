"""Searching runs that AWS forgets meanwhile, or whose times it does not report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph.context import ReadContext, Services
from graph.model.run import Outcome, Run
from graph.model.run_search import RunFilter
from graph.resolvers.run_search import search_account_runs, search_runs
from graph.sandbox import Sandbox
from tests.operations.by_hand import backend
from tests.resolvers.lab import asking, opened
from tests.test_call_counts import many
from tests.world import HERE, LAB

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LATER = RunFilter(since=EPOCH + timedelta(hours=2))
EARLIER = RunFilter(until=EPOCH + timedelta(hours=2))
SUCCEEDED = RunFilter(outcome=frozenset({Outcome.SUCCEEDED}))


@pytest_asyncio.fixture
async def services(aws: Sandbox, tmp_path: Path) -> AsyncIterator[Services]:
    """A mover with four runs, an hour apart."""
    (task,) = many(aws, 1)
    aws.turn(0)
    for number in range(4):
        execution = backend().start_task_execution({"TaskArn": task.arn})
        execution.created = EPOCH + timedelta(hours=number)
        aws.turn(60)
    async with opened(tmp_path) as services:
        yield services


def arns() -> list[str]:
    """Of all runs, the oldest first."""
    return list(backend().executions)


async def found(context: ReadContext, wanted: RunFilter) -> list[str]:
    task_arn = arns()[0].partition("/execution/")[0]
    of_mover = [ref.run_arn for ref in await search_runs(context, task_arn, wanted)]
    of_account = await search_account_runs(context, LAB, None, wanted)
    assert [run.run_arn for run in of_account] == of_mover
    return of_mover


@pytest.mark.parametrize(
    ("wanted", "expected"), [(LATER, [3, 2]), (EARLIER, [1, 0]), (SUCCEEDED, [3, 2, 1, 0])]
)
async def test_runs_are_found_newest_first(
    services: Services, wanted: RunFilter, expected: list[int]
) -> None:
    assert await found(asking(services), wanted) == [arns()[index] for index in expected]


async def test_a_run_that_aws_has_forgotten_is_not_found(services: Services) -> None:
    all_arns = arns()
    context = asking(services)
    await context.loaders.account_runs.load(HERE)
    await context.loaders.runs.load(all_arns[0].partition("/execution/")[0])
    gone = all_arns[1]  # neither of those that show AWS's order
    del backend().executions[gone]
    for wanted in (SUCCEEDED, LATER):
        assert gone not in await found(context, wanted)


async def test_a_run_without_a_time_counts_as_older_than_all(services: Services) -> None:
    context = asking(services)
    oldest = arns()[0]
    run: Run = replace(await context.loaders.run.load(oldest), requested_at=None)
    context.loaders.run.clear(oldest)
    context.loaders.run.prime(oldest, run)
    task_arn = oldest.partition("/execution/")[0]
    later: list[Any] = await search_runs(context, task_arn, LATER)
    assert oldest not in [ref.run_arn for ref in later]
    everything = await search_account_runs(context, LAB, None, RunFilter())
    assert everything[-1].run_arn == oldest
