"""What can go wrong, as values that reach the client.

::

    ApiError
    ├── Invalid             the request itself is wrong
    ├── Unauthenticated     no valid token
    ├── Forbidden           a valid token that may not do this
    ├── NotFound            nothing of that name, or not the caller's to see
    ├── Conflict            the thing is in a state that does not allow it
    │   ├── NameTaken       another mover of the group has the name
    │   ├── AlreadyRunning  a run of the mover is active
    │   └── NotRunning      no run of the mover is active
    ├── QuotaExceeded       AWS's limit, or the server's own, is reached
    │   └── LimitExceeded   AWS says so in its code
    ├── AccessDenied        AWS refuses what the server asked on the caller's behalf
    ├── Throttled           AWS asks to slow down, and kept asking
    └── Upstream            AWS, or the store, failed to answer properly
        └── UpstreamTimeout it did not answer in time

Every error carries one message for a person: what was asked, what stood in the way, what to do.
They survive pickling, which the journal of operations relies on.
"""

from __future__ import annotations

from typing import ClassVar


class ApiError(Exception):
    """An answer rather than an accident. ``path`` names the input that caused it, from its root.

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


class Invalid(ApiError):
    """The request itself is wrong, and would be at any time."""

    code = "INVALID"


class Unauthenticated(ApiError):
    """There is no token, or not a valid one. Says no more than that."""

    code = "UNAUTHENTICATED"


class Forbidden(ApiError):
    """The caller is known, and may not do this."""

    code = "FORBIDDEN"


class NotFound(ApiError):
    """There is nothing of that name that the caller may see."""

    code = "NOT_FOUND"


class Conflict(ApiError):
    """The thing is in a state that does not allow what was asked."""

    code = "CONFLICT"


class NameTaken(Conflict):
    """Another mover of the group has the name, or is about to."""

    code = "NAME_TAKEN"


class AlreadyRunning(Conflict):
    """A run of the mover is active, so that another cannot begin or the mover cannot go."""

    code = "ALREADY_RUNNING"


class NotRunning(Conflict):
    """No run of the mover is active, so that there is nothing to stop."""

    code = "NOT_RUNNING"


class QuotaExceeded(ApiError):
    """A limit of AWS or of this server is reached."""

    code = "QUOTA_EXCEEDED"


class LimitExceeded(QuotaExceeded):
    """AWS refuses a call because of one of its limits, and says so by its code."""


class AccessDenied(ApiError):
    """AWS refuses what the server asked of it on the caller's behalf."""

    code = "ACCESS_DENIED"


class Throttled(ApiError):
    """AWS asks to slow down, and did so until the retries were used up."""

    code = "THROTTLED"


class Upstream(ApiError):
    """AWS or the store failed to answer properly: nothing the caller can put right."""

    code = "UPSTREAM"


class UpstreamTimeout(Upstream):
    """AWS or the store did not answer in time."""

    code = "UPSTREAM_TIMEOUT"
