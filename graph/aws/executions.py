"""DataSync's task executions, which this server calls runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from graph.aws.client.access import Access
from graph.aws.client.gateway import AccountGateway, ArnGateway
from graph.aws.client.paging import PAGE_SIZE
from graph.aws.tags import carries, encoded, tags_of
from graph.aws.task_files import described_files, files_of, params_of
from graph.aws.tasks import mode_of, patterns
from graph.model.mover import Tag
from graph.model.overrides import NO_OVERRIDES, RunOverrides
from graph.model.run import Counters, Phase, Run, RunRef, RunResult

NO_ROLES: Final[Mapping[str, str]] = {}
_ENDS: Final = 20
"""Runs checked at either end of a list, whose order AWS does not guarantee."""
_PHASES: Final = ("Prepare", "Transfer", "Verify")


async def list_runs(gateway: ArnGateway, task_arn: str) -> list[RunRef]:
    """The runs of the last 30 days, in AWS's order, which is not guaranteed."""
    pages = _pages(gateway.of(task_arn), TaskArn=task_arn)
    return [ref async for page in pages for ref in page]


async def list_account_runs(aws: AccountGateway, most_pages: int) -> list[RunRef] | None:
    """The runs of all tasks of an account; None if they fill more pages of 100 than that."""
    runs: list[RunRef] = []
    pages = 0
    async for page in _pages(aws, most=most_pages + 1):
        pages += 1
        if pages > most_pages:
            return None
        runs += page
    return runs


async def describe_run(gateway: ArnGateway, run_arn: str) -> Run:
    """One run. One that has ended is described once, and remembered. Raises NotFound."""
    aws = gateway.of(run_arn)
    kept = aws.caches.ended_runs.get(run_arn)
    if kept is not None:
        return kept

    async def read() -> dict[str, Any]:
        return await aws.call(
            "datasync", Access.READ, "describe_task_execution", TaskExecutionArn=run_arn
        )

    run = run_of(await aws.shared(("run", run_arn), read))
    if run.is_settled:
        aws.caches.ended_runs[run_arn] = run
    return run


async def start_run(
    gateway: ArnGateway,
    task_arn: str,
    mark: Tag | None = None,
    overrides: RunOverrides = NO_OVERRIDES,
    roles: Mapping[str, str] = NO_ROLES,
) -> str:
    """Starts a run, which is queued while another is active, and returns its ARN.

    ``mark`` finds the run again if the response is lost. ``roles``: the ARNs of those for its
    manifest and report, by part.
    """
    answer = await gateway.of(task_arn).call(
        "datasync",
        Access.RUN,
        "start_task_execution",
        TaskArn=task_arn,
        OverrideOptions=dict(overrides.options) or None,
        Includes=_filter(overrides.includes),
        Excludes=_filter(overrides.excludes),
        Tags=encoded((*overrides.tags, *([mark] if mark else ()))) or None,
        **params_of(files_of(overrides.manifest, overrides.report), roles),
    )
    return str(answer["TaskExecutionArn"])


def _filter(patterns: tuple[str, ...]) -> list[dict[str, str]] | None:
    """The one rule that a filter may have, which joins the patterns."""
    if not patterns:
        return None
    return [{"FilterType": "SIMPLE_PATTERN", "Value": "|".join(patterns)}]


async def marked_run(gateway: ArnGateway, task_arn: str, mark: Tag) -> str | None:
    """The run that carries the mark, among the active ones and those at either end of the list."""
    runs = await list_runs(gateway, task_arn)
    active = [run.run_arn for run in runs if not run.ended]
    ends = [run.run_arn for run in (*runs[:_ENDS], *runs[-_ENDS:])]
    for run_arn in dict.fromkeys((*active, *ends)):
        if carries(await tags_of(gateway, run_arn), {mark.key: mark.value}):
            return run_arn
    return None


async def cancel_run(gateway: ArnGateway, run_arn: str) -> None:
    """Asks AWS to cancel a run, also a queued one. Raises Conflict or Invalid if it has ended."""
    await gateway.of(run_arn).call(
        "datasync", Access.RUN, "cancel_task_execution", TaskExecutionArn=run_arn
    )


async def limit_bandwidth(gateway: ArnGateway, run_arn: str, bytes_per_second: int) -> None:
    """Limits a run that has not ended; -1 for no limit. Repeating the call changes nothing.

    The limit of a running one changes within a minute. Raises Invalid if AWS refuses.
    """
    await gateway.of(run_arn).call(
        "datasync",
        Access.RUN,
        "update_task_execution",
        TaskExecutionArn=run_arn,
        Options={"BytesPerSecond": bytes_per_second},
    )


async def _pages(aws: AccountGateway, **params: Any) -> AsyncIterator[list[RunRef]]:
    async for page in aws.pages(
        "datasync", "list_task_executions", "TaskExecutions", MaxResults=PAGE_SIZE, **params
    ):
        yield [RunRef(item["TaskExecutionArn"], item["Status"]) for item in page]


def run_of(answer: dict[str, Any]) -> Run:
    """The run that a response of DescribeTaskExecution describes."""
    return Run(
        run_arn=answer["TaskExecutionArn"],
        status=answer["Status"],
        mode=mode_of(answer),
        requested_at=answer.get("StartTime"),
        launched_at=answer.get("LaunchTime"),
        ended_at=answer.get("EndTime"),
        counters=_counters(answer),
        result=_result(answer.get("Result")),
        options=answer.get("Options") or {},
        described=answer,
        includes=patterns(answer.get("Includes")),
        excludes=patterns(answer.get("Excludes")),
        files=described_files(answer),
        report_result=answer.get("ReportResult") or None,
    )


def _counters(answer: dict[str, Any]) -> Counters:
    return Counters(
        **_files(answer),
        **_folders(answer),
        bytes_estimated=answer.get("EstimatedBytesToTransfer"),
        bytes_transferred=answer.get("BytesTransferred"),
        bytes_written=answer.get("BytesWritten"),
        bytes_compressed=answer.get("BytesCompressed"),
    )


def _files(answer: dict[str, Any]) -> dict[str, int | None]:
    listed, failed = answer.get("FilesListed") or {}, answer.get("FilesFailed") or {}
    return {
        "files_estimated": answer.get("EstimatedFilesToTransfer"),
        "files_transferred": answer.get("FilesTransferred"),
        "files_estimated_to_delete": answer.get("EstimatedFilesToDelete"),
        "files_deleted": answer.get("FilesDeleted"),
        "files_skipped": answer.get("FilesSkipped"),
        "files_verified": answer.get("FilesVerified"),
        "files_prepared": answer.get("FilesPrepared"),
        "files_listed_at_source": listed.get("AtSource"),
        "files_listed_at_destination": listed.get("AtDestinationForDelete"),
        "files_failed_prepare": failed.get("Prepare"),
        "files_failed_transfer": failed.get("Transfer"),
        "files_failed_verify": failed.get("Verify"),
        "files_failed_delete": failed.get("Delete"),
    }


def _folders(answer: dict[str, Any]) -> dict[str, int | None]:
    listed, failed = answer.get("FoldersListed") or {}, answer.get("FoldersFailed") or {}
    return {
        "folders_estimated": answer.get("EstimatedFoldersToTransfer"),
        "folders_transferred": answer.get("FoldersTransferred"),
        "folders_estimated_to_delete": answer.get("EstimatedFoldersToDelete"),
        "folders_deleted": answer.get("FoldersDeleted"),
        "folders_skipped": answer.get("FoldersSkipped"),
        "folders_verified": answer.get("FoldersVerified"),
        "folders_prepared": answer.get("FoldersPrepared"),
        "folders_listed_at_source": listed.get("AtSource"),
        "folders_listed_at_destination": listed.get("AtDestinationForDelete"),
        "folders_failed_list": failed.get("List"),
        "folders_failed_prepare": failed.get("Prepare"),
        "folders_failed_transfer": failed.get("Transfer"),
        "folders_failed_verify": failed.get("Verify"),
        "folders_failed_delete": failed.get("Delete"),
    }


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
