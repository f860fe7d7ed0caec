"""Runs as AWS describes them, joined with what this deployment knows of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from graph.aws.client.gateway import Gateway
from graph.aws.executions import describe_run
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
