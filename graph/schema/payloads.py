"""The payloads of mutations: the result, or errors that the caller can correct."""

from __future__ import annotations

from enum import Enum
from typing import Final

import strawberry

from graph.model.errors import ApiError, Invalid, NotFound
from graph.resolvers import movers, runs
from graph.resolvers.orphans import CleanupResult
from graph.schema.fields import CallerInfo, Info, or_null
from graph.schema.nodes import Mover, Run
from graph.schema.operations import Operation
from graph.schema.orphans import Orphan, OrphanFailure
from graph.schema.scalars import Arn


@strawberry.enum(description="Why a mutation was rejected, for errors that the caller can correct.")
class UserErrorCode(Enum):
    INVALID = strawberry.enum_value(
        "INVALID",
        description="The input is malformed or inconsistent; `path` names the member to correct.",
    )
    NOT_FOUND = strawberry.enum_value(
        "NOT_FOUND", description="The object does not exist, or the caller may not see it."
    )
    CONFLICT = strawberry.enum_value(
        "CONFLICT",
        description="The state of the object does not allow the request; the message says why.",
    )
    NAME_TAKEN = strawberry.enum_value(
        "NAME_TAKEN",
        description="Another mover of the group has the name, or is being created with it.",
    )
    ALREADY_RUNNING = strawberry.enum_value(
        "ALREADY_RUNNING", description="A run of the mover is active. Wait for its end, or stop it."
    )
    NOT_RUNNING = strawberry.enum_value(
        "NOT_RUNNING", description="The mover has no active run that could be stopped."
    )
    QUOTA_EXCEEDED = strawberry.enum_value(
        "QUOTA_EXCEEDED",
        description="A limit of AWS or of this server is reached, such as tasks per account.",
    )
    ACCESS_DENIED = strawberry.enum_value(
        "ACCESS_DENIED",
        description="AWS denied the request to this server. The management role needs more "
        "permissions.",
    )


_CORRECTABLE: Final = frozenset(code.name for code in UserErrorCode)


@strawberry.type(description="An error in a mutation that the caller can correct.")
class UserError:
    code: UserErrorCode = strawberry.field(description="The kind of error, for programs to act on.")
    message: str = strawberry.field(
        description="The error as a sentence for people: what was asked, what is wrong and what to "
        "do."
    )
    path: list[str] | None = strawberry.field(
        description="The path of the input member that caused the error, such as `input, source, "
        "s3`; null if no member did."
    )


def user_error(info: CallerInfo, error: ApiError, *, about: str | None = None) -> UserError:
    """The error for a payload. Raises it again where the caller cannot correct it.

    ``about``: the member of the input to blame for an Invalid or NotFound that names no path.
    """
    if error.code not in _CORRECTABLE:
        raise error
    info.context.failures[error.code, info.field_name] += 1
    path = error.path
    if not path and about is not None and isinstance(error, Invalid | NotFound):
        path = (about,)
    return UserError(
        code=UserErrorCode[error.code],
        message=error.message,
        path=["input", *path] if path else None,
    )


def _errors() -> list[UserError]:
    return strawberry.field(  # type: ignore[no-any-return]
        default_factory=list,
        description="Why the request was rejected; empty if it succeeded.",
    )


@strawberry.type(description="The result of createMover: the accepted operation, or errors.")
class CreateMoverPayload:
    operation: Operation | None = strawberry.field(
        default=None,
        description="The operation that creates the mover. Follow it with `operationProgress`. "
        "Null if there are errors.",
    )
    errors: list[UserError] = _errors()


@strawberry.type(description="The result of startMover: the new run, or errors.")
class StartMoverPayload:
    run_arn: strawberry.Private[str | None] = None
    again: strawberry.Private[bool] = False
    errors: list[UserError] = _errors()

    @strawberry.field(
        description="The run that was started. Follow it with `runProgress`. Null if there are "
        "errors; null without errors if the idempotency key started it earlier and its mover has "
        "been deleted since."
    )
    async def run(self, info: Info) -> Run | None:
        return await (_run_again if self.again else _run)(info, self.run_arn)

    @strawberry.field(
        description="The mover after the start; null if there are errors, or if the "
        "idempotency key started a run earlier and the mover has been deleted since."
    )
    async def mover(self, info: Info) -> Mover | None:
        return await (_mover_again if self.again else _mover)(info, self.run_arn)


@strawberry.type(description="The result of stopMover: the run that is being cancelled, or errors.")
class StopMoverPayload:
    run_arn: strawberry.Private[str | None] = None
    errors: list[UserError] = _errors()

    @strawberry.field(
        description="The run that is being cancelled. It ends with outcome CANCELLED a moment "
        "later. Null if there are errors."
    )
    async def run(self, info: Info) -> Run | None:
        return await _run(info, self.run_arn)

    @strawberry.field(description="The mover after the stop; null if there are errors.")
    async def mover(self, info: Info) -> Mover | None:
        return await _mover(info, self.run_arn)


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


@strawberry.type(description="The result of deleteMover: the accepted operation, or errors.")
class DeleteMoverPayload:
    operation: Operation | None = strawberry.field(
        default=None,
        description="The operation that deletes the mover. Follow it with `operationProgress`. "
        "Null if there are errors.",
    )
    errors: list[UserError] = _errors()


@strawberry.type(
    description="The result of cleanOrphans: what was found, removed and kept, or errors."
)
class CleanOrphansPayload:
    dry_run: bool = strawberry.field(
        description="Whether this was a dry run, which removes nothing."
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
    errors: list[UserError] = _errors()


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
