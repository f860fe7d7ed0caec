"""What mutations answer: the thing, or what the caller can put right."""

from __future__ import annotations

from enum import Enum
from typing import Final

import strawberry

from graph.model.errors import ApiError, Invalid, NotFound
from graph.resolvers import movers, runs
from graph.resolvers.orphans import Cleaning
from graph.schema.fields import Info
from graph.schema.nodes import Mover, Operation, Run
from graph.schema.orphans import Orphan, OrphanFailure
from graph.schema.scalars import Arn


@strawberry.enum(description="What a caller can put right.")
class UserErrorCode(Enum):
    INVALID = strawberry.enum_value("INVALID", description="The input itself is wrong.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="There is no such thing.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="Its state does not allow it.")
    NAME_TAKEN = strawberry.enum_value(
        "NAME_TAKEN", description="Another mover of the group has the name."
    )
    ALREADY_RUNNING = strawberry.enum_value("ALREADY_RUNNING", description="A run is active.")
    NOT_RUNNING = strawberry.enum_value("NOT_RUNNING", description="No run is active.")
    QUOTA_EXCEEDED = strawberry.enum_value("QUOTA_EXCEEDED", description="A limit is reached.")
    ACCESS_DENIED = strawberry.enum_value(
        "ACCESS_DENIED", description="AWS denies it to this server, in that account."
    )


_PUT_RIGHT: Final = frozenset(code.name for code in UserErrorCode)


@strawberry.type(description="Something the caller can put right.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What kind of thing.")
    message: str = strawberry.field(description="What was asked, what stood in the way.")
    path: list[str] | None = strawberry.field(description="Where in the input, from its root.")


def user_error(error: ApiError, *, about: str | None = None) -> UserError:
    """The error as part of a payload; one that the caller cannot put right is raised again.

    ``about``: the part of the input that is meant where nothing of its name was found, or it will
    not do, and the error does not say more.
    """
    if error.code not in _PUT_RIGHT:
        raise error
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
        default_factory=list, description="Empty where it was done."
    )


@strawberry.type(description="What became of createMover.")
class CreateMoverPayload:
    operation: Operation | None = strawberry.field(
        default=None, description="Follow it with operationProgress; null where there are errors."
    )
    errors: list[UserError] = _errors()


@strawberry.type(description="What became of startMover.")
class StartMoverPayload:
    run_arn: strawberry.Private[str | None] = None
    again: strawberry.Private[bool] = False
    errors: list[UserError] = _errors()

    @strawberry.field(
        description="Follow it with runProgress; null where there are errors. Null without errors: "
        "the key has started it before, and it can be shown no more, as its mover is gone."
    )
    async def run(self, info: Info) -> Run | None:
        return await (_run_again if self.again else _run)(info, self.run_arn)

    @strawberry.field(
        description="As it stands after the start; null where there are errors, or where the key "
        "has started it before and it is gone."
    )
    async def mover(self, info: Info) -> Mover | None:
        return await (_mover_again if self.again else _mover)(info, self.run_arn)


@strawberry.type(description="What became of stopMover.")
class StopMoverPayload:
    run_arn: strawberry.Private[str | None] = None
    errors: list[UserError] = _errors()

    @strawberry.field(description="The run that is being cancelled; null where there are errors.")
    async def run(self, info: Info) -> Run | None:
        return await _run(info, self.run_arn)

    @strawberry.field(description="As it stands after the stop; null where there are errors.")
    async def mover(self, info: Info) -> Mover | None:
        return await _mover(info, self.run_arn)


async def _run(info: Info, run_arn: str | None) -> Run | None:
    """Read after the change, where it is asked for; a failure takes nothing from what was done."""
    return Run(value=await runs.get_run(info.context, run_arn)) if run_arn else None


async def _mover(info: Info, run_arn: str | None) -> Mover | None:
    """The same of the run's mover."""
    if run_arn is None:
        return None
    return Mover(value=await movers.get_mover(info.context, runs.task_of(run_arn)))


async def _run_again(info: Info, run_arn: str | None) -> Run | None:
    """A run of an earlier request; null where it is gone, or not the caller's to see any more."""
    if run_arn is None:
        return None
    try:
        return Run(value=await runs.get_visible_run(info.context, run_arn))
    except NotFound:
        return None


async def _mover_again(info: Info, run_arn: str | None) -> Mover | None:
    """The same of the run's mover."""
    try:
        return await _mover(info, run_arn)
    except NotFound:
        return None


@strawberry.type(description="What became of deleteMover.")
class DeleteMoverPayload:
    operation: Operation | None = strawberry.field(
        default=None, description="Follow it with operationProgress; null where there are errors."
    )
    errors: list[UserError] = _errors()


@strawberry.type(description="What became of cleanOrphans.")
class CleanOrphansPayload:
    dry_run: bool = strawberry.field(description="True: nothing was removed.")
    orphans: list[Orphan] = strawberry.field(
        default_factory=list, description="What was found of what was meant."
    )
    removed: list[Orphan] = strawberry.field(
        default_factory=list, description="What is gone; empty in a dry run."
    )
    failures: list[OrphanFailure] = strawberry.field(
        default_factory=list, description="What was meant and stays."
    )
    errors: list[UserError] = _errors()


def cleaned(cleaning: Cleaning, *, dry_run: bool) -> CleanOrphansPayload:
    """The payload of a cleaning that was done, or tried."""
    return CleanOrphansPayload(
        dry_run=dry_run,
        orphans=[Orphan(value=orphan) for orphan in cleaning.found],
        removed=[Orphan(value=orphan) for orphan in cleaning.removed],
        failures=[
            OrphanFailure(arn=Arn(arn), message=message) for arn, message in cleaning.failures
        ],
    )
