"""Finds the last run of a mover: AWS lists runs without their times."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Final

from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.executions import describe_run, list_account_runs, list_runs
from graph.aws.tasks import describe_task
from graph.model.errors import Invalid, NotFound
from graph.model.run import Run, RunRef

_PAGES: Final = 10
"""Beyond 1,000 runs in 30 days, describing each task is cheaper."""


async def runs_newest_first(gateway: ArnGateway, task_arn: str) -> list[RunRef]:
    """The runs of one mover, the newest first."""
    refs = await list_runs(gateway, task_arn)
    return refs if await _newest_first(gateway.of(task_arn), [refs]) else refs[::-1]


async def latest_runs(aws: AccountGateway, task_arns: list[str]) -> dict[str, str | None]:
    """The ARN of the last run of each mover of an account, None where it never ran.

    Costs one call per 100 runs of the account, or one call per mover, two if its task names no run,
    if there are too many runs or only one mover is requested.
    """
    refs = await _account_runs(aws) if len(task_arns) > 1 else None
    if refs is None:
        return dict(
            zip(
                task_arns,
                await asyncio.gather(*(_latest_run(aws, arn) for arn in task_arns)),
                strict=True,
            )
        )
    by_task: defaultdict[str, list[RunRef]] = defaultdict(list)
    for ref in refs:
        by_task[ref.task_arn].append(ref)
    asked = [by_task[arn] for arn in task_arns]
    index = 0 if await _newest_first(aws, asked) else -1
    return {
        arn: of_task[index].run_arn if of_task else None
        for arn, of_task in zip(task_arns, asked, strict=True)
    }


async def _account_runs(aws: AccountGateway) -> list[RunRef] | None:
    async def read() -> list[RunRef] | None:
        return await list_account_runs(aws, _PAGES)

    try:
        refs: list[RunRef] | None = await aws.shared(("runs",), read)
    except Invalid:  # whether AWS lists the runs of all tasks together is not documented
        return None
    return refs


async def _latest_run(aws: AccountGateway, task_arn: str) -> str | None:
    """As the task says, which AWS does not promise to do; otherwise the newest run in its list."""
    try:
        named = (await describe_task(aws, task_arn)).latest_run_arn
        if named is not None:
            return named
        refs = await runs_newest_first(aws, task_arn)
    except NotFound:
        return None
    return refs[0].run_arn if refs else None


async def _newest_first(aws: AccountGateway, lists: list[list[RunRef]]) -> bool:
    """Learns AWS's order from the two ends of one list, and remembers it for a while."""
    known = aws.caches.newest_first.get(aws.account_id)
    if known is not None:
        return known
    sample = next((refs for refs in lists if len(refs) > 1), None)
    if sample is None:
        return False
    first, last = await asyncio.gather(
        describe_run(aws, sample[0].run_arn), describe_run(aws, sample[-1].run_arn)
    )
    if first.requested_at is None or last.requested_at is None:
        return False
    answer = _later(first, last)
    aws.caches.newest_first[aws.account_id] = answer
    return answer


def _later(one: Run, other: Run) -> bool:
    return bool(one.requested_at and other.requested_at and one.requested_at > other.requested_at)
