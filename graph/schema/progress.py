"""The progress and the result of a run: the leaf types below ``Run``."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.model import progress as model
from graph.model import run as run_model
from graph.model.words import EstimateBasis, PhaseName, PhaseStatus
from graph.schema import enums, words  # noqa: F401 - describe the enums
from graph.schema.fields import attribute, reads, word
from graph.schema.scalars import BigInt


@strawberry.type(
    description="Byte counters of a run so far. A counter is null if AWS does not report it."
)
class ByteCounters:
    value: strawberry.Private[run_model.Counters]
    estimated: BigInt | None = attribute(
        "bytes_estimated", "How many bytes the run is expected to transfer in total."
    )
    transferred: BigInt | None = attribute(
        "bytes_transferred", "Bytes sent over the network, before compression."
    )
    written: BigInt | None = attribute("bytes_written", "Logical bytes written to the destination.")
    compressed: BigInt | None = attribute(
        "bytes_compressed", "Bytes sent over the network, after compression."
    )


@strawberry.type(
    description="Files that failed, by the phase in which they failed. Only ENHANCED mode reports "
    "them; in BASIC mode every counter is null."
)
class FailedFiles:
    value: strawberry.Private[run_model.Counters]
    prepare: BigInt | None = attribute(
        "files_failed_prepare", "Files that could not be compared before the transfer."
    )
    transfer: BigInt | None = attribute(
        "files_failed_transfer", "Files that could not be transferred."
    )
    verify: BigInt | None = attribute(
        "files_failed_verify", "Files that could not be verified after the transfer."
    )
    delete: BigInt | None = attribute(
        "files_failed_delete", "Files that could not be deleted at the destination."
    )


@strawberry.type(
    description="File counters of a run so far, which include folders in BASIC mode. A counter is "
    "null if AWS does not report it; several exist in ENHANCED mode only."
)
class FileCounters:
    value: strawberry.Private[run_model.Counters]
    estimated: BigInt | None = attribute(
        "files_estimated",
        "How many files the run is expected to transfer. An estimate: `transferred` may end above "
        "or below it.",
    )
    transferred: BigInt | None = attribute(
        "files_transferred", "Files transferred to the destination so far."
    )
    estimated_to_delete: BigInt | None = attribute(
        "files_estimated_to_delete",
        "How many destination files the run is expected to delete, with preserveDeletedFiles "
        "REMOVE.",
    )
    deleted: BigInt | None = attribute("files_deleted", "Files deleted at the destination so far.")
    skipped: BigInt | None = attribute(
        "files_skipped", "Files that were not transferred because both ends were already equal."
    )
    verified: BigInt | None = attribute(
        "files_verified", "Files found to be equal at both ends after the transfer."
    )
    prepared: BigInt | None = attribute(
        "files_prepared", "Files compared before the transfer. ENHANCED mode only."
    )
    listed_at_source: BigInt | None = attribute(
        "files_listed_at_source", "Files found at the source so far. ENHANCED mode only."
    )
    listed_at_destination: BigInt | None = attribute(
        "files_listed_at_destination",
        "Files found at the destination so far, to decide what to delete. ENHANCED mode only.",
    )

    @reads("Files that failed, by phase. The object itself is always present.")
    def failed(self) -> FailedFiles:
        return FailedFiles(value=self.value)


@strawberry.type(
    description="Folders that failed, by the phase in which they failed. Only ENHANCED mode "
    "reports them; in BASIC mode every counter is null."
)
class FailedFolders:
    value: strawberry.Private[run_model.Counters]
    list: BigInt | None = attribute(
        "folders_failed_list", "Folders whose contents could not be listed."
    )
    prepare: BigInt | None = attribute(
        "folders_failed_prepare", "Folders that could not be compared before the transfer."
    )
    transfer: BigInt | None = attribute(
        "folders_failed_transfer", "Folders that could not be transferred."
    )
    verify: BigInt | None = attribute(
        "folders_failed_verify", "Folders that could not be verified after the transfer."
    )
    delete: BigInt | None = attribute(
        "folders_failed_delete", "Folders that could not be deleted at the destination."
    )


@strawberry.type(
    description="Folder counters of a run so far, in ENHANCED mode. In BASIC mode they are null, "
    "and the file counters include folders."
)
class FolderCounters:
    value: strawberry.Private[run_model.Counters]
    estimated: BigInt | None = attribute(
        "folders_estimated",
        "How many folders the run is expected to transfer. An estimate: `transferred` may end "
        "above or below it.",
    )
    transferred: BigInt | None = attribute(
        "folders_transferred", "Folders transferred to the destination so far."
    )
    estimated_to_delete: BigInt | None = attribute(
        "folders_estimated_to_delete",
        "How many destination folders the run is expected to delete, with preserveDeletedFiles "
        "REMOVE.",
    )
    deleted: BigInt | None = attribute(
        "folders_deleted", "Folders deleted at the destination so far."
    )
    skipped: BigInt | None = attribute(
        "folders_skipped", "Folders that were not transferred because both ends were already equal."
    )
    verified: BigInt | None = attribute(
        "folders_verified", "Folders found to be equal at both ends after the transfer."
    )
    prepared: BigInt | None = attribute(
        "folders_prepared",
        "Folders compared before the transfer. Not counted with transferMode ALL.",
    )
    listed_at_source: BigInt | None = attribute(
        "folders_listed_at_source", "Folders found at the source so far."
    )
    listed_at_destination: BigInt | None = attribute(
        "folders_listed_at_destination",
        "Folders found at the destination so far, to decide what to delete.",
    )

    @reads("Folders that failed, by phase. The object itself is always present.")
    def failed(self) -> FailedFolders:
        return FailedFolders(value=self.value)


@strawberry.type(
    description="The progress of a run. Rates and the time left need an open `runProgress` "
    "subscription on the run, by any client of the same server; without one they are null."
)
class RunProgress:
    value: strawberry.Private[model.Progress]
    counters: strawberry.Private[run_model.Counters]
    sequence: int = attribute(
        "sequence",
        "Grows with each change of the run while it is being watched; 0 when it is not. Servers "
        "that share a PostgreSQL store share the numbers. Others, and watches that are far apart, "
        "count independently.",
    )
    phase: str = attribute(
        "phase",
        "The run's status as AWS reports it, such as TRANSFERRING; equal to `Run.statusText`.",
    )
    percent: float | None = attribute(
        "percent",
        "How much of the work is done, 0 to 100; null until there is a total to compare with. Does "
        "not decrease while `totalsFinal` is true.",
    )
    totals_final: bool = attribute(
        "totals_final",
        "Whether AWS has finished counting the work. While false, the totals may still grow.",
    )
    bytes_per_second: float | None = attribute(
        "bytes_per_second",
        "The transfer rate in bytes per second, smoothed over about ten seconds; null until two "
        "observations of a moving run exist.",
    )
    files_per_second: float | None = attribute(
        "files_per_second",
        "The transfer rate in files per second, smoothed over about ten seconds; null until two "
        "observations of a moving run exist.",
    )
    estimated_seconds_left: float | None = attribute(
        "seconds_left",
        "The estimated time to completion in seconds. Without a rate and a total it follows from "
        "earlier runs of the mover while the run is being watched; null if there are none, or if "
        "this run already takes longer.",
    )
    estimate_basis: EstimateBasis | None = word(
        EstimateBasis,
        "basis",
        "What `percent` and `estimatedSecondsLeft` are computed from; null if both are null.",
    )
    elapsed_seconds: float | None = attribute(
        "elapsed_seconds",
        "Seconds since the run was launched (or requested, if it was not launched yet), up to "
        "its end; null if AWS reports neither time.",
    )
    queued_seconds: float | None = attribute(
        "queued_seconds",
        "Seconds from the request to the launch of the run, or so far if it waits; null if AWS "
        "does not report when it was requested. AWS queues a run behind others of the same mover "
        "or agent.",
    )
    stalled_since: datetime | None = attribute(
        "stalled_since",
        "Since when no counter has changed, once that has lasted a minute; null otherwise. A run "
        "that is QUEUED waits for another one, and does not count as stalled.",
    )
    observed_at: datetime = attribute(
        "observed_at", "When the server asked AWS for the numbers in this object."
    )

    @reads("How many bytes were transferred, written and are expected.")
    def bytes(self) -> ByteCounters:
        return ByteCounters(value=self.counters)

    @reads("How many files were transferred, skipped, verified, deleted or failed.")
    def files(self) -> FileCounters:
        return FileCounters(value=self.counters)

    @reads("How many folders were transferred, skipped, verified, deleted or failed.")
    def folders(self) -> FolderCounters:
        return FolderCounters(value=self.counters)


@strawberry.type(description="The result of one of the three phases of a run.")
class RunPhase:
    value: strawberry.Private[run_model.Phase]
    name: PhaseName = word(PhaseName, "name", "Which of the phases it is.")
    status: PhaseStatus | None = word(
        PhaseStatus, "status", "How the phase ended; null if AWS does not report it."
    )
    status_text: str | None = attribute(
        "status", "The status as AWS writes it; null if AWS does not report it."
    )
    duration_ms: BigInt | None = attribute(
        "duration_ms",
        "How long the phase took, in milliseconds. Always 0 in ENHANCED mode, where the phases "
        "overlap.",
    )


@strawberry.type(description="What AWS reports about a run that has ended.")
class RunResult:
    value: strawberry.Private[run_model.RunResult]
    total_duration_ms: BigInt | None = attribute(
        "total_duration_ms",
        "How long the whole run took, in milliseconds; null if AWS does not report it.",
    )
    error_code: str | None = attribute(
        "error_code", "AWS's error code of a failed run; null if there was no error."
    )
    error_detail: str | None = attribute(
        "error_detail", "AWS's explanation of the failure; null if there was no error."
    )

    @reads("The three phases in order: preparing, transferring and verifying.")
    def phases(self) -> list[RunPhase]:
        return [RunPhase(value=phase) for phase in self.value.phases]
