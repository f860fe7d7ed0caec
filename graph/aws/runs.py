"""DataSync's task executions: our runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import Gateway
from graph.aws.tags import carries, tags_of
from graph.aws.tasks import PAGE, described, mode_of
from graph.model import names
from graph.model.mover import Tag
from graph.model.run import Counters, Phase, Run, RunRef, RunResult

_LOOKED_AT: Final = 20
"""At either end of a list whose order AWS does not promise."""
_PHASES: Final = ("Prepare", "Transfer", "Verify")


async def list_runs(gateway: Gateway, task_arn: str) -> list[RunRef]:
    """The runs of the last 30 days, in AWS's order, which it does not promise."""
    account_id = names.arn(task_arn).account
    return [ref async for page in _pages(gateway, account_id, TaskArn=task_arn) for ref in page]


async def list_account_runs(
    gateway: Gateway, account_id: str, most_pages: int
) -> list[RunRef] | None:
    """The runs of all tasks of an account; None where they fill more pages of 100 than that."""
    runs: list[RunRef] = []
    pages = 0
    async for page in _pages(gateway, account_id, most=most_pages + 1):
        pages += 1
        if pages > most_pages:
            return None
        runs += page
    return runs


async def describe_run(gateway: Gateway, run_arn: str) -> Run:
    """One run. One that has ended is asked for once, and remembered."""
    kept = gateway.memory.ended_runs.get(run_arn)
    if kept is not None:
        return kept
    account_id = names.arn(run_arn).account

    async def read() -> dict[str, Any]:
        return await gateway.call(
            account_id,
            "datasync",
            Access.READ,
            "describe_task_execution",
            TaskExecutionArn=run_arn,
        )

    run = _run(await gateway.shared(account_id, ("run", run_arn), read))
    if run.ended:
        gateway.memory.ended_runs.put(run_arn, run)
    return run


async def start_run(gateway: Gateway, task_arn: str, mark: Tag | None = None) -> str:
    """Starts a run, which queues where one is active; gives its ARN.

    By the mark it is found again where the answer is lost.
    """
    answer = await gateway.call(
        names.arn(task_arn).account,
        "datasync",
        Access.RUN,
        "start_task_execution",
        TaskArn=task_arn,
        Tags=[{"Key": mark.key, "Value": mark.value}] if mark else None,
    )
    return str(answer["TaskExecutionArn"])


async def marked_run(gateway: Gateway, task_arn: str, mark: Tag) -> str | None:
    """The run that carries the mark, among the active ones and those at either end of the list."""
    runs = await list_runs(gateway, task_arn)
    active = [run.run_arn for run in runs if not run.ended]
    ends = [run.run_arn for run in (*runs[:_LOOKED_AT], *runs[-_LOOKED_AT:])]
    for run_arn in dict.fromkeys((*active, *ends)):
        if carries(await tags_of(gateway, run_arn), {mark.key: mark.value}):
            return run_arn
    return None


async def cancel_run(gateway: Gateway, run_arn: str) -> None:
    """Asks AWS to cancel a run, also a queued one. Raises Invalid where it has ended."""
    await gateway.call(
        names.arn(run_arn).account,
        "datasync",
        Access.RUN,
        "cancel_task_execution",
        TaskExecutionArn=run_arn,
    )


async def _pages(gateway: Gateway, account_id: str, **params: Any) -> AsyncIterator[list[RunRef]]:
    async for page in gateway.pages(
        account_id,
        "datasync",
        "list_task_executions",
        "TaskExecutions",
        MaxResults=PAGE,
        **params,
    ):
        yield [RunRef(item["TaskExecutionArn"], item.get("Status", "")) for item in page]


def _run(answer: dict[str, Any]) -> Run:
    return Run(
        run_arn=answer["TaskExecutionArn"],
        status=answer.get("Status", ""),
        mode=mode_of(answer),
        requested_at=answer.get("StartTime"),
        launched_at=answer.get("LaunchTime"),
        ended_at=answer.get("EndTime"),
        counters=_counters(answer),
        result=_result(answer.get("Result")),
        options=answer.get("Options") or {},
        described=described(answer),
    )


def _counters(answer: dict[str, Any]) -> Counters:
    listed, failed = answer.get("FilesListed") or {}, answer.get("FilesFailed") or {}
    return Counters(
        files_estimated=answer.get("EstimatedFilesToTransfer"),
        files_transferred=answer.get("FilesTransferred"),
        files_estimated_to_delete=answer.get("EstimatedFilesToDelete"),
        files_deleted=answer.get("FilesDeleted"),
        files_skipped=answer.get("FilesSkipped"),
        files_verified=answer.get("FilesVerified"),
        files_prepared=answer.get("FilesPrepared"),
        files_listed_at_source=listed.get("AtSource"),
        files_listed_at_destination=listed.get("AtDestinationForDelete"),
        files_failed_prepare=failed.get("Prepare"),
        files_failed_transfer=failed.get("Transfer"),
        files_failed_verify=failed.get("Verify"),
        files_failed_delete=failed.get("Delete"),
        bytes_estimated=answer.get("EstimatedBytesToTransfer"),
        bytes_transferred=answer.get("BytesTransferred"),
        bytes_written=answer.get("BytesWritten"),
        bytes_compressed=answer.get("BytesCompressed"),
    )


def _result(given: dict[str, Any] | None) -> RunResult | None:
    if not given:
        return None
    return RunResult(
        phases=tuple(
            Phase(
                name=name.upper(),
                status=given.get(f"{name}Status"),
                duration_ms=given.get(f"{name}Duration"),
            )
            for name in _PHASES
        ),
        total_duration_ms=given.get("TotalDuration"),
        error_code=given.get("ErrorCode"),
        error_detail=given.get("ErrorDetail"),
    )
