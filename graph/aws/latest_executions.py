"""Finds the last run of a mover: AWS lists runs without their times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.executions import describe_run, list_account_runs, list_runs
from graph.concurrency import together
from graph.model.errors import Invalid
from graph.model.run import Run, RunRef

_PAGES: Final = 10
"""Beyond 1,000 runs in 30 days, describing each task is cheaper."""
_SEVERAL: Final = 2
"""Shorter lists have no order."""


async def runs_newest_first(gateway: ArnGateway, task_arn: str) -> list[RunRef]:
    """The runs of one mover, the newest first."""
    refs = await list_runs(gateway, task_arn)
    return refs if await _newest_first(gateway.of(task_arn), refs) else refs[::-1]


@dataclass(frozen=True, slots=True)
class AccountRuns:
    """The runs of all tasks of an account by task, each in AWS's order."""

    aws: AccountGateway
    by_task: Mapping[str, list[RunRef]]

    async def last(self, task_arn: str) -> str | None:
        """The ARN of the last run of a task, None where it never ran.

        Costs nothing, but for two calls where AWS's order is not known yet.
        """
        refs = self.by_task.get(task_arn)
        if not refs:
            return None
        first = len(refs) > 1 and await _newest_first(self.aws, refs)
        return refs[0 if first else -1].run_arn


async def account_runs(aws: AccountGateway) -> AccountRuns | None:
    """The runs of all tasks of an account; None if they are too many or AWS does not list them.

    Costs one call per 100 runs. That there is no such list is remembered for a quarter of an hour,
    so that its beginning is not read in vain for each list of movers.
    """
    if aws.place in aws.caches.unlisted_runs:
        return None

    async def read() -> list[RunRef] | None:
        try:
            return await list_account_runs(aws, _PAGES)
        except Invalid:  # whether AWS lists the runs of all tasks together is not documented
            return None

    refs: list[RunRef] | None = await aws.shared(("runs",), read)
    if refs is None:
        aws.caches.unlisted_runs[aws.place] = True
        return None
    by_task: defaultdict[str, list[RunRef]] = defaultdict(list)
    for ref in refs:
        by_task[ref.task_arn].append(ref)
    return AccountRuns(aws, by_task)


async def _newest_first(aws: AccountGateway, refs: list[RunRef]) -> bool:
    """Learns AWS's order from the two ends of one list, and remembers it for a while."""
    known = aws.caches.newest_first.get(aws.place)
    if known is not None:
        return known
    if len(refs) < _SEVERAL:
        return False
    learned: bool = await aws.shared(("order of runs",), lambda: _learned(aws, refs))
    return learned


async def _learned(aws: AccountGateway, refs: list[RunRef]) -> bool:
    first, last = await together(
        describe_run(aws, refs[0].run_arn), describe_run(aws, refs[-1].run_arn)
    )
    if first.requested_at is None or last.requested_at is None:
        return False
    answer = _later(first, last)
    aws.caches.newest_first[aws.place] = answer
    return answer


def _later(one: Run, other: Run) -> bool:
    return bool(one.requested_at and other.requested_at and one.requested_at > other.requested_at)
