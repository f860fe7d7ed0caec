"""How far a run is, and how it ended: the leaves below a run."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.model import progress as model
from graph.model import run as run_model
from graph.schema.fields import attribute
from graph.schema.scalars import BigInt

strawberry.enum(
    run_model.Outcome,
    name="RunOutcome",
    description="How a run ended. PARTIAL: some files failed, or could not be verified.",
)


@strawberry.type(description="Bytes of a run so far. Null is what AWS does not say.")
class ByteCounters:
    value: strawberry.Private[run_model.Counters]
    estimated: BigInt | None = attribute("bytes_estimated", "To be transferred in all.")
    transferred: BigInt | None = attribute("bytes_transferred", "Over the network.")
    written: BigInt | None = attribute("bytes_written", "At the destination.")
    compressed: BigInt | None = attribute("bytes_compressed", "On the wire, compressed.")


@strawberry.type(description="Files that failed, by what was being done. ENHANCED mode only.")
class FailedFiles:
    value: strawberry.Private[run_model.Counters]
    prepare: BigInt | None = attribute("files_failed_prepare", "While preparing.")
    transfer: BigInt | None = attribute("files_failed_transfer", "While transferring.")
    verify: BigInt | None = attribute("files_failed_verify", "While verifying.")
    delete: BigInt | None = attribute("files_failed_delete", "While deleting.")


@strawberry.type(description="Files of a run so far. Null is what AWS does not say.")
class FileCounters:
    value: strawberry.Private[run_model.Counters]
    estimated: BigInt | None = attribute(
        "files_estimated", "To be transferred; `transferred` may pass it, or stay under it."
    )
    transferred: BigInt | None = attribute("files_transferred", "Transferred so far.")
    estimated_to_delete: BigInt | None = attribute(
        "files_estimated_to_delete", "To be deleted at the destination."
    )
    deleted: BigInt | None = attribute("files_deleted", "Deleted at the destination.")
    skipped: BigInt | None = attribute("files_skipped", "Left alone, being the same.")
    verified: BigInt | None = attribute("files_verified", "Found to be the same afterwards.")
    prepared: BigInt | None = attribute("files_prepared", "Compared so far. ENHANCED mode only.")
    listed_at_source: BigInt | None = attribute(
        "files_listed_at_source", "Found so far. ENHANCED mode only."
    )
    listed_at_destination: BigInt | None = attribute(
        "files_listed_at_destination", "Found so far, for deletion. ENHANCED mode only."
    )

    @strawberry.field(description="Those that failed.")
    def failed(self) -> FailedFiles:
        return FailedFiles(value=self.value)


@strawberry.type(description="How far a run is, as of `observedAt`.")
class RunProgress:
    value: strawberry.Private[model.Progress]
    counters: strawberry.Private[run_model.Counters]
    sequence: int = attribute(
        "sequence",
        "Counts up by one with each change that a watch has seen, from a start of the watch's own; "
        "0 without a watch.",
    )
    phase: str = attribute("phase", "The run's status, in AWS's word.")
    percent: float | None = attribute(
        "percent",
        "0 to 100; null as long as there is no total to measure by. Never falls while totalsFinal.",
    )
    totals_final: bool = attribute("totals_final", "False while AWS may still find more to do.")
    bytes_per_second: float | None = attribute(
        "bytes_per_second", "Smoothed; null until a watch has seen two looks after the first move."
    )
    files_per_second: float | None = attribute(
        "files_per_second", "Smoothed; null until a watch has seen two looks after the first move."
    )
    estimated_seconds_left: float | None = attribute(
        "seconds_left", "Null where there is nothing to measure by."
    )
    estimate_basis: str | None = attribute(
        "basis", "What `percent` and `estimatedSecondsLeft` go by: BYTES or FILES."
    )
    elapsed_seconds: float | None = attribute(
        "elapsed_seconds", "Since the run was launched, or requested."
    )
    stalled_since: datetime | None = attribute(
        "stalled_since", "Since when nothing was seen to move, once that lasts longer than usual."
    )
    observed_at: datetime = attribute("observed_at", "When AWS was asked.")

    @strawberry.field(description="Bytes so far.")
    def bytes(self) -> ByteCounters:
        return ByteCounters(value=self.counters)

    @strawberry.field(description="Files so far.")
    def files(self) -> FileCounters:
        return FileCounters(value=self.counters)


@strawberry.type(description="One of the three parts of a run.")
class RunPhase:
    value: strawberry.Private[run_model.Phase]
    name: str = attribute("name", "PREPARE, TRANSFER or VERIFY.")
    status: str | None = attribute("status", "PENDING, SUCCESS or ERROR, or a newer word.")
    duration_ms: BigInt | None = attribute(
        "duration_ms", "Milliseconds. Always 0 in ENHANCED mode, which does them side by side."
    )


@strawberry.type(description="What AWS says of how a run went.")
class RunResult:
    value: strawberry.Private[run_model.RunResult]
    total_duration_ms: BigInt | None = attribute("total_duration_ms", "Milliseconds.")
    error_code: str | None = attribute("error_code", "AWS's code where it failed.")
    error_detail: str | None = attribute("error_detail", "AWS's text where it failed.")

    @strawberry.field(description="Its three parts.")
    def phases(self) -> list[RunPhase]:
        return [RunPhase(value=phase) for phase in self.value.phases]
