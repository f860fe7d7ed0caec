"""Whether a call that failed may still take effect, which decides when it may be repeated."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
)

from graph.aws.client.gateway import NotSent
from graph.model.errors import ApiError, Throttled

_NEVER_SENT: Final = (ConnectTimeoutError, EndpointConnectionError, ParamValidationError)
_FAILURES: Final = 500
"""From this status on, AWS or a proxy in its place failed, before the effect of the call or after.

A create that AWS answers with InternalException may appear in lists afterwards.
"""


def may_take_effect(error: ApiError) -> bool:
    """Whether the call was sent and its outcome is unknown: its effect may be there or still come.

    False for a refusal by AWS, and for a call that never left this process.
    """
    cause = error.__cause__
    if isinstance(error, NotSent | Throttled) or cause is None or isinstance(cause, _NEVER_SENT):
        return False
    if isinstance(cause, ClientError):
        status = cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status is None or status >= _FAILURES
    return True
