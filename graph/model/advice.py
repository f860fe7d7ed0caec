"""What to do about a run that failed, or did not transfer everything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class RunFailureClass(Enum):
    """What kind of reason a run failed for."""

    ACCESS_DENIED = "ACCESS_DENIED"
    AUTHENTICATION = "AUTHENTICATION"
    UNREACHABLE = "UNREACHABLE"
    INPUT_OUTPUT = "INPUT_OUTPUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    NETWORK_INTERFACE_GONE = "NETWORK_INTERFACE_GONE"
    UNSUPPORTED = "UNSUPPORTED"
    FILE_NOT_FOUND = "FILE_NOT_FOUND"
    VERIFICATION = "VERIFICATION"
    FILES_SKIPPED = "FILES_SKIPPED"


class RunSide(Enum):
    """One of the two ends of a transfer."""

    SOURCE = "SOURCE"
    DESTINATION = "DESTINATION"


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on one run."""

    failure_class: RunFailureClass | None
    """None for an error that is not documented."""
    cause: str
    """What happened; AWS's own text if the error is not documented."""
    steps: tuple[str, ...] = ()
    retryable: bool | None = None
    """Whether another run may succeed although nothing was changed; None if that is not known."""
    side: RunSide | None = None
    """The end that the error is about; None for both, or if that is not known."""
    location_id: str | None = None
    """The location that AWS's text names."""
    link: str | None = None
