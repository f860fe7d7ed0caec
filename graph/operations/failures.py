"""Why an operation failed, as its caller reads it."""

from __future__ import annotations

import logging
from typing import Final

from graph.model.errors import ApiError
from graph.model.operation import OperationFailure, OperationStep
from graph.operations.parts import TASK, location

_STEPS: Final = {
    TASK: OperationStep.TASK,
    location("source"): OperationStep.SOURCE,
    location("destination"): OperationStep.DESTINATION,
}
"""By the name of a part."""
BROKEN: Final = "An internal error occurred. The server's log has the details."

log = logging.getLogger(__name__)


class PartError(Exception):
    """A part of a mover could not be created."""

    def __init__(self, part: str, why: str, code: str | None = None) -> None:
        """``code``: of the error behind it; None in journals of older versions."""
        super().__init__(f"failed to create {part}: {why}")
        self.part, self.why, self.code = part, why, code


def failure_of(error: Exception, step: OperationStep | None = None) -> OperationFailure:
    """The failure that an error ends an operation with. ``step``: unless the error says which."""
    if isinstance(error, PartError):
        return OperationFailure(why_of(error), error.code, _STEPS.get(error.part, step))
    return OperationFailure(why_of(error), code_of(error), step)


def code_of(error: Exception) -> str:
    """The code of an error; INTERNAL for one that is not disclosed."""
    return error.code if isinstance(error, ApiError) else ApiError.code


def why_of(error: Exception) -> str:
    """The reason of a failure for the caller. Unexpected errors are logged and not disclosed."""
    if isinstance(error, ApiError | PartError):
        return str(error)
    log.error("unexpected error in an operation", exc_info=error)
    return BROKEN
