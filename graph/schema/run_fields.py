"""The fields of a run, apart from those that lead to other objects."""

from __future__ import annotations

from datetime import UTC, datetime

import strawberry

from graph.model import run as model
from graph.model.progress import Progress, measure
from graph.model.words import RunStatus, TaskMode
from graph.resolvers import run_tags, runs
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.advice import RunAdvice
from graph.schema.fields import Info, attribute, loads, reads, word
from graph.schema.options import TransferOptions
from graph.schema.progress import RunProgress, RunResult
from graph.schema.scalars import Arn
from graph.schema.tag import Tag
from graph.schema.task_files import (
    Manifest,
    RunReportResult,
    TaskReport,
    shown_manifest,
    shown_report,
)


@strawberry.type(description="What is known of a run by itself.")
class RunFields:
    value: strawberry.Private[model.Run]
    measured: strawberry.Private[Progress | None] = None
    run_id: str = attribute(
        "run_id", "The id of the run, unique in its mover, such as `exec-0123456789abcdef0`."
    )
    execution_arn: Arn = attribute("run_arn", "The ARN of the DataSync task execution.")
    status: RunStatus = word(
        RunStatus, "status", "How far the run is. Only SUCCESS and ERROR are final."
    )
    status_text: str = attribute("status", "The status as AWS writes it, such as TRANSFERRING.")
    mode: TaskMode = word(TaskMode, "mode", "The mode that the run uses.")
    mode_text: str = attribute("mode", "The mode as AWS writes it, such as BASIC.")
    outcome: model.Outcome | None = attribute("outcome", "How the run ended; null until it has.")
    requested_at: datetime | None = attribute(
        "requested_at", "When the run was requested; null if AWS does not report it."
    )
    launched_at: datetime | None = attribute(
        "launched_at",
        "When the run left the queue; null until then, or if AWS does not report it.",
    )
    ended_at: datetime | None = attribute("ended_at", "When the run ended; null until it has.")

    def key(self) -> str:
        return self.value.run_arn

    @reads(
        "The progress of the run. Rates are measured while a client of this server "
        "follows the run with `runProgress`."
    )
    def progress(self, info: Info) -> RunProgress:
        progress = self.measured or runs.live_progress(info.context, self.value)
        return RunProgress(
            value=progress or measure(self.value, datetime.now(UTC)), counters=self.value.counters
        )

    @reads("AWS's report on the run; null until AWS publishes one.")
    def result(self) -> RunResult | None:
        return None if self.value.result is None else RunResult(value=self.value.result)

    @reads("The transfer options that this run uses.")
    def options(self) -> TransferOptions:
        return TransferOptions(value=self.value.options)

    @reads("Patterns of the files that this run transfers, such as `/photos`; empty means all.")
    def includes(self) -> list[str]:
        return list(self.value.includes)

    @reads("Patterns of the files that this run leaves out, such as `*.tmp`; empty means none.")
    def excludes(self) -> list[str]:
        return list(self.value.excludes)

    @reads("The manifest that lists the files of this run; null: the filters decide.")
    def manifest(self) -> Manifest | None:
        return shown_manifest(self.value.files)

    @reads("Where this run writes its report; null: it writes none.")
    def report(self) -> TaskReport | None:
        return shown_report(self.value.files)

    @reads("Whether the report was written; null if AWS does not say.")
    def report_result(self) -> RunReportResult | None:
        found = self.value.report_result
        return RunReportResult(value=found) if found else None

    @loads(
        "The tags of the run, without the server's internal ones. They are its own, not those of "
        "its mover. Costs a call to AWS per run."
    )
    async def tags(self, info: Info) -> list[Tag] | None:
        tags = await run_tags.tags_of_run(info.context, self.value.run_arn)
        return [Tag(key=tag.key, value=tag.value) for tag in tags]

    @loads(
        "What to do about a run that failed, or transferred only a part; null for any "
        "other. Costs a call to AWS if its error names one of the locations."
    )
    async def advice(self, info: Info) -> RunAdvice | None:
        advice = await runs.advice_on(info.context, self.value)
        return None if advice is None else RunAdvice(value=advice)

    @loads(
        "The key, and the end user if known, that started the run through this "
        "deployment; null for runs started elsewhere."
    )
    async def started_by(self, info: Info) -> str | None:
        return await runs.started_by(info.context, self.value.run_arn)

    @loads(
        "The key, and the end user if known, that cancelled the run through this "
        "deployment; null otherwise."
    )
    async def cancelled_by(self, info: Info) -> str | None:
        return await runs.cancelled_by(info.context, self.value.run_arn)
