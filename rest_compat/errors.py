"""Renders errors as clients of the original server expect them: a status and plain text."""

from __future__ import annotations

import math
import re
from typing import Final

from starlette.responses import PlainTextResponse, Response

from graph.model.errors import (
    AccessDenied,
    ApiError,
    Conflict,
    Forbidden,
    Invalid,
    LimitExceeded,
    NotFound,
    QuotaExceeded,
    Throttled,
    Unauthenticated,
    Upstream,
    UpstreamTimeout,
)

STATUS: Final[dict[type[ApiError], int]] = {
    Invalid: 400,
    Unauthenticated: 403,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    QuotaExceeded: 409,
    LimitExceeded: 429,
    Throttled: 429,
    AccessDenied: 502,
    Upstream: 502,
    UpstreamTimeout: 503,
}
RETRY_SECONDS: Final = "5"
_WORDS: Final = re.compile(r"[A-Z][a-z0-9]*")
_PHRASES: Final = {
    "datasync:CancelTaskExecution": "failed to stop task execution",
    "resourcegroupstaggingapi:GetResources": "getting resource with tags",
}
"""The original's words for a call that AWS refuses, unless they are ``failed to <operation>``."""


def status_of(error: ApiError) -> int:
    """The status of an error, by the nearest ancestor in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def rendered(error: ApiError) -> Response:
    """The message as plain text; an empty body for 403, as in the original.

    AWS's own texts are not shown, as in the original: the log has them.
    """
    status = status_of(error)
    if status == 403:  # noqa: PLR2004
        return Response(status_code=status)
    response = PlainTextResponse(text_of(error), status)
    if status in (429, 503):
        wait = error.wait if isinstance(error, Throttled) else None
        response.headers["Retry-After"] = RETRY_SECONDS if wait is None else str(math.ceil(wait))
    return response


def text_of(error: ApiError) -> str:
    """The message of an error, without AWS's own text."""
    return error.message if error.refused is None else _phrase(error.refused)


def _phrase(refused: str) -> str:
    known = _PHRASES.get(refused)
    if known is not None:
        return known
    words = _WORDS.findall(refused.partition(":")[2])
    if words[:2] == ["Describe", "Location"]:  # whose kind the original left out
        words = words[:2]
    return f"failed to {' '.join(words).lower()}"
