"""The payloads of mutations: the result, or errors that the caller can correct."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.resolvers import movers, runs
from graph.resolvers.orphans import CleanupResult
from graph.schema.fields import Info, loads, or_null
from graph.schema.nodes import Mover, Run
from graph.schema.operations import Operation
from graph.schema.orphans import Orphan, OrphanFailure
from graph.schema.scalars import Arn, BigInt
from graph.schema.user_errors import MutationPayload


@strawberry.type(description="The result of createMover: the accepted operation, or errors.")
class CreateMoverPayload(MutationPayload):
    operation: Operation | None = strawberry.field(
        default=None,
        description="The operation that creates the mover. Follow it with `operationProgress`. "
        "Null if there are errors.",
    )


@strawberry.type(description="The result of startMover: the new run, or errors.")
class StartMoverPayload(MutationPayload):
    run_arn: strawberry.Private[str | None] = None
    again: strawberry.Private[bool] = False

    @loads(
        "The run that was started. Follow it with `runProgress`. Null if there are "
        "errors; null without errors if the idempotency key started it earlier and its mover has "
        "been deleted since."
    )
    async def run(self, info: Info) -> Run | None:
        return await (_run_again if self.again else _run)(info, self.run_arn)

    @loads(
        "The mover after the start; null if there are errors, or if the "
        "idempotency key started a run earlier and the mover has been deleted since."
    )
    async def mover(self, info: Info) -> Mover | None:
        return await (_mover_again if self.again else _mover)(info, self.run_arn)


@strawberry.type(description="The result of rerun: the new run, or errors.")
class RerunPayload(MutationPayload):
    run_arn: strawberry.Private[str | None] = None
    again: strawberry.Private[bool] = False

    @loads(
        "The run that was started. Follow it with `runProgress`. Null if there are "
        "errors; null without errors if the idempotency key started it earlier and its mover has "
        "been deleted since."
    )
    async def run(self, info: Info) -> Run | None:
        return await (_run_again if self.again else _run)(info, self.run_arn)

    @loads(
        "The mover after the start; null if there are errors, or if the idempotency "
        "key started a run earlier and the mover has been deleted since."
    )
    async def mover(self, info: Info) -> Mover | None:
        return await (_mover_again if self.again else _mover)(info, self.run_arn)


@strawberry.type(description="The result of stopMover: the run that is being cancelled, or errors.")
class StopMoverPayload(MutationPayload):
    run_arn: strawberry.Private[str | None] = None

    @loads(
        "The run that is being cancelled. It ends with outcome CANCELLED a moment "
        "later. Null if there are errors."
    )
    async def run(self, info: Info) -> Run | None:
        return await _run(info, self.run_arn)

    @loads("The mover after the stop; null if there are errors.")
    async def mover(self, info: Info) -> Mover | None:
        return await _mover(info, self.run_arn)


@strawberry.type(description="The result of setRunBandwidth: the limit, or errors.")
class SetRunBandwidthPayload(MutationPayload):
    run_arn: strawberry.Private[str | None] = None
    requested: BigInt | None = strawberry.field(
        default=None,
        description="The limit that AWS has accepted, in bytes per second; -1 for none. Null if "
        "there are errors.",
    )
    effective_by: datetime | None = strawberry.field(
        default=None,
        description="By when the limit applies to the run: DataSync takes up to a minute. Null if "
        "there are errors.",
    )

    @loads(
        "The run after the request, whose `options` may still show the earlier limit; "
        "null if there are errors."
    )
    async def run(self, info: Info) -> Run | None:
        return await _run(info, self.run_arn)


@strawberry.type(description="The result of setRunTags: the run, or errors.")
class SetRunTagsPayload(MutationPayload):
    run_arn: strawberry.Private[str | None] = None

    @strawberry.field(description="The run with its new tags; null if there are errors.")
    async def run(self, info: Info) -> Run | None:
        return await _run(info, self.run_arn)


async def _run(info: Info, run_arn: str | None) -> Run | None:
    """Reads the run after the change, if selected; a failed read does not undo the change."""
    return Run(value=await runs.get_run(info.context, run_arn)) if run_arn else None


async def _mover(info: Info, run_arn: str | None) -> Mover | None:
    """The same for the run's mover."""
    if run_arn is None:
        return None
    return Mover(value=await movers.get_mover(info.context, runs.task_of(run_arn)))


async def _run_again(info: Info, run_arn: str | None) -> Run | None:
    """A run that an earlier request started; null if it is gone or no longer visible."""
    if run_arn is None:
        return None
    run = await or_null(runs.get_visible_run(info.context, run_arn))
    return None if run is None else Run(value=run)


async def _mover_again(info: Info, run_arn: str | None) -> Mover | None:
    """The same for the run's mover."""
    return await or_null(_mover(info, run_arn))


@strawberry.type(description="The result of updateMover: the accepted operation, or errors.")
class UpdateMoverPayload(MutationPayload):
    operation: Operation | None = strawberry.field(
        default=None,
        description="The operation that changes the mover. Follow it with `operationProgress`. "
        "Null if there are errors.",
    )


@strawberry.type(description="The result of deleteMover: the accepted operation, or errors.")
class DeleteMoverPayload(MutationPayload):
    operation: Operation | None = strawberry.field(
        default=None,
        description="The operation that deletes the mover. Follow it with `operationProgress`. "
        "Null if there are errors.",
    )


@strawberry.type(
    description="The result of cleanOrphans: what was found, removed and kept, or errors."
)
class CleanOrphansPayload(MutationPayload):
    dry_run: bool = strawberry.field(
        default=True, description="Whether this was a dry run, which removes nothing."
    )
    orphans: list[Orphan] = strawberry.field(
        default_factory=list, description="The orphans that the request selected."
    )
    removed: list[Orphan] = strawberry.field(
        default_factory=list, description="The orphans that were removed; empty in a dry run."
    )
    failures: list[OrphanFailure] = strawberry.field(
        default_factory=list,
        description="The resources that were requested but not removed, with reasons.",
    )


def cleaned(cleaning: CleanupResult, *, dry_run: bool) -> CleanOrphansPayload:
    """The payload of a cleanup."""
    return CleanOrphansPayload(
        dry_run=dry_run,
        orphans=[Orphan(value=orphan) for orphan in cleaning.found],
        removed=[Orphan(value=orphan) for orphan in cleaning.removed],
        failures=[
            OrphanFailure(arn=Arn(arn), message=message) for arn, message in cleaning.failures
        ],
    )
