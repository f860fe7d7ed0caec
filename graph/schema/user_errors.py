"""Errors of mutations that the caller can correct, with what the next step needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import strawberry

from graph.model import errors as model
from graph.model.errors import ApiError, Invalid, InvalidReason, NotFound
from graph.resolvers import movers, runs
from graph.schema import enums  # noqa: F401 - describes the enums
from graph.schema.fields import CallerInfo, Info, loads, or_null
from graph.schema.nodes import Mover, Run


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
        "NOT_RUNNING", description="There is no active run that could be stopped or limited."
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


@strawberry.interface(
    description="An error in a mutation that the caller can correct. Further types may be added: "
    "select `code` and `message`, which all of them have."
)
class UserError:
    code: UserErrorCode = strawberry.field(description="The kind of error, for programs to act on.")
    message: str = strawberry.field(
        description="The error as text for people: what was asked, what is wrong and what to do. "
        "Texts of AWS and of the original REST API are passed through."
    )
    path: list[str] | None = strawberry.field(
        description="The path of the input member that caused the error, such as `input, source, "
        "s3`; null if no member did."
    )


@strawberry.type(description="An error without further members.")
class OtherUserError(UserError):
    pass


@strawberry.type(description="The input is malformed or inconsistent; `path` names the member.")
class InvalidInput(UserError):
    reason: InvalidReason = strawberry.field(description="What is wrong with the member.")


@strawberry.type(description="Another mover of the group has the name.")
class NameTaken(UserError):
    target: strawberry.Private[NamedTarget | None] = None

    @loads(
        "The mover that has the name; null if it is still being created. Costs up to "
        "23 calls to AWS."
    )
    async def existing(self, info: Info) -> Mover | None:
        if self.target is None:
            return None
        found = movers.find_mover(
            info.context,
            self.target.account_id,
            self.target.group,
            self.target.name,
            self.target.region,
        )
        mover = await or_null(found)
        return None if mover is None else Mover(value=mover)


@strawberry.type(description="A run of the mover is active.")
class AlreadyRunning(UserError):
    task_arn: strawberry.Private[str | None] = None

    @loads(
        "The run that is active now; null if it has ended meanwhile. Costs up to six calls to AWS."
    )
    async def run(self, info: Info) -> Run | None:
        if self.task_arn is None:
            return None
        mover = await or_null(movers.get_mover(info.context, self.task_arn))
        run = None if mover is None else await runs.current_run(info.context, mover)
        return None if run is None else Run(value=run)


@dataclass(frozen=True, slots=True)
class NamedTarget:
    """The mover that a mutation was to create."""

    account_id: str
    group: str
    name: str
    region: str | None = None
    """None for the default one."""


@strawberry.interface(
    description="The result of a mutation: what it changed, or why it was rejected."
)
class MutationPayload:
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why the request was rejected; empty if it succeeded."
    )


def user_error(
    info: CallerInfo,
    error: ApiError,
    *,
    about: str | None = None,
    target: NamedTarget | None = None,
    task_arn: str | None = None,
) -> UserError:
    """The error for a payload. Raises it again where the caller cannot correct it.

    ``about``: the member of the input to blame for an Invalid or NotFound that names no path.
    ``target`` and ``task_arn``: what the mutation was about, as far as that is known.
    """
    if error.code not in _CORRECTABLE:
        error.path = ("input", *error.path) if error.path else ()
        raise error
    info.context.failures[error.code, info.field_name] += 1
    path = error.path
    if not path and about is not None and isinstance(error, Invalid | NotFound):
        path = (about,)
    common: dict[str, Any] = {
        "code": UserErrorCode[error.code],
        "message": error.message,
        "path": ["input", *path] if path else None,
    }
    if isinstance(error, Invalid):
        return InvalidInput(**common, reason=error.reason)
    if isinstance(error, model.NameTaken):
        return NameTaken(**common, target=target)
    if isinstance(error, model.AlreadyRunning):
        return AlreadyRunning(**common, task_arn=task_arn)
    return OtherUserError(**common)


TYPED: Final = (InvalidInput, NameTaken, AlreadyRunning, OtherUserError)
"""The types behind the interface."""
