"""Why an operation failed, as its caller reads it."""

from __future__ import annotations

import logging
from typing import Final

from graph.model.errors import ApiError

BROKEN: Final = "an internal error occurred; the server's log has the details"

log = logging.getLogger(__name__)


class PartError(Exception):
    """A part of a mover could not be created."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(f"failed to create {part}: {why}")
        self.part, self.why = part, why


def why_of(error: Exception) -> str:
    """The reason of a failure for the caller. Unexpected errors are logged and not disclosed."""
    if isinstance(error, ApiError | PartError):
        return str(error)
    log.error("unexpected error in an operation", exc_info=error)
    return BROKEN
