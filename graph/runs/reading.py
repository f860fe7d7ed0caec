"""Runs as AWS describes them, joined with what this deployment knows of them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from graph.aws.client.gateway import Gateway
from graph.aws.executions import describe_run
from graph.aws.latest_executions import latest_runs
from graph.model import names
from graph.model.run import Run
from graph.store import RunRecords


async def read_runs(
    gateway: Gateway, records: RunRecords, run_arns: Sequence[str]
) -> list[Run | BaseException]:
    """Each run, or why it could not be read.

    AWS ends a cancelled run as ERROR: whether it was cancelled is known from the records only.
    """
    found = await asyncio.gather(
        *(describe_run(gateway, arn) for arn in run_arns), return_exceptions=True
    )
    failed = [run.run_arn for run in found if isinstance(run, Run) and run.status == "ERROR"]
    notes = await records.notes(failed)
    return [
        replace(run, cancelled=True)
        if isinstance(run, Run) and run.run_arn in notes and notes[run.run_arn].cancelled
        else run
        for run in found
    ]


async def read_latest(
    gateway: Gateway, task_arns: Sequence[str]
) -> list[str | BaseException | None]:
    """The ARN of each task's last run, None if it never ran, or why that could not be read."""
    by_account: defaultdict[str, list[str]] = defaultdict(list)
    for task_arn in task_arns:
        by_account[names.arn(task_arn).account].append(task_arn)
    answers = await asyncio.gather(
        *(latest_runs(gateway.bind(account), arns) for account, arns in by_account.items()),
        return_exceptions=True,
    )
    found: dict[str, str | BaseException | None] = {}
    for arns, answer in zip(by_account.values(), answers, strict=True):
        for task_arn in arns:
            found[task_arn] = answer if isinstance(answer, BaseException) else answer[task_arn]
    return [found[task_arn] for task_arn in task_arns]
