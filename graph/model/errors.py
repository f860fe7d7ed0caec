"""The error tree: everything that may be reported to a client.

::

    ApiError
    ├── Invalid             the request itself is wrong
    ├── Unauthenticated     the credentials are missing or invalid
    ├── Forbidden           the caller does not have the right
    ├── NotFound            the object does not exist, or the caller may not see it
    ├── Conflict            the state of the object does not allow the request
    │   ├── NameTaken       another mover of the group has the name
    │   ├── AlreadyRunning  a run of the mover is active
    │   └── NotRunning      no run of the mover is active
    ├── QuotaExceeded       a limit of AWS or of this server is reached
    │   └── LimitExceeded   the same, as reported by AWS's error code
    ├── AccessDenied        AWS denied a request of the server
    ├── Throttled           AWS or this server is asked too often
    └── Upstream            AWS or the store failed to respond properly
        └── UpstreamTimeout it did not respond in time

Every error has one message for people: what was asked, what is wrong and what to do.
Errors survive copying and pickling.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, Final

INTERNAL_ERROR: Final = "Internal error. The log of the server has the details."
"""What clients are told of an error that is none of these."""


class ApiError(Exception):
    """An error to report to the client. ``path`` is the input that caused it, from its root.

    ``refused``: AWS refused that operation, such as ``datasync:DescribeTask``, and the message may
    quote its text. The REST API names the operation instead, in the original server's words.
    """

    code: ClassVar[str] = "INTERNAL"

    def __init__(
        self, message: str, *, path: tuple[str, ...] = (), refused: str | None = None
    ) -> None:
        super().__init__(message)
        self.path, self.refused = path, refused

    @property
    def message(self) -> str:
        return str(self.args[0])


class InvalidReason(Enum):
    """What is wrong with an input."""

    MALFORMED = "MALFORMED"
    MISSING = "MISSING"
    TOO_LONG = "TOO_LONG"
    RESERVED = "RESERVED"
    DUPLICATE = "DUPLICATE"
    ELSEWHERE = "ELSEWHERE"
    REFUSED_BY_AWS = "REFUSED_BY_AWS"


class Invalid(ApiError):
    """The request is malformed or inconsistent, whatever the state of things."""

    code = "INVALID"

    def __init__(
        self,
        message: str,
        *,
        path: tuple[str, ...] = (),
        refused: str | None = None,
        reason: InvalidReason | None = None,
    ) -> None:
        super().__init__(message, path=path, refused=refused)
        usual = InvalidReason.MALFORMED if refused is None else InvalidReason.REFUSED_BY_AWS
        self.reason = reason or usual


class Unauthenticated(ApiError):
    """The credentials are missing or invalid. The message never says which."""

    code = "UNAUTHENTICATED"


class Forbidden(ApiError):
    """The caller is authenticated but does not have the right."""

    code = "FORBIDDEN"


class NotFound(ApiError):
    """The object does not exist, or the caller may not see it."""

    code = "NOT_FOUND"


class Conflict(ApiError):
    """The state of the object does not allow the request."""

    code = "CONFLICT"


class NameTaken(Conflict):
    """Another mover of the group has the name, or is being created with it."""

    code = "NAME_TAKEN"


class AlreadyRunning(Conflict):
    """A run of the mover is active, so it can be neither started nor deleted."""

    code = "ALREADY_RUNNING"


class NotRunning(Conflict):
    """There is no active run that could be stopped or limited."""

    code = "NOT_RUNNING"


class QuotaExceeded(ApiError):
    """A limit of AWS or of this server is reached."""

    code = "QUOTA_EXCEEDED"


class LimitExceeded(QuotaExceeded):
    """AWS refuses a call because of one of its limits, and says so by its code."""


class AccessDenied(ApiError):
    """AWS denied a request that the server made for the caller."""

    code = "ACCESS_DENIED"


class Throttled(ApiError):
    """AWS throttled the server until the retries were used up, or the server is asked too often.

    ``wait``: seconds after which a repetition can succeed; None if that is not known.
    """

    code = "THROTTLED"

    def __init__(
        self,
        message: str,
        *,
        path: tuple[str, ...] = (),
        refused: str | None = None,
        wait: float | None = None,
    ) -> None:
        super().__init__(message, path=path, refused=refused)
        self.wait = wait


class Upstream(ApiError):
    """AWS or the store failed to respond properly; the caller cannot correct that."""

    code = "UPSTREAM"


class UpstreamTimeout(Upstream):
    """AWS or the store did not respond in time."""

    code = "UPSTREAM_TIMEOUT"


def unknown_operation() -> NotFound:
    """An operation that never existed, has been deleted, or is not the caller's to see."""
    return NotFound("The operation does not exist, or has expired.")


def unknown_account(account_id: str) -> NotFound:
    """An account that does not exist, does not trust this server, or is not the caller's to see.

    The error is the same for all three.
    """
    return NotFound(
        f"Account {account_id} is not known, or does not let this server assume its role."
    )
