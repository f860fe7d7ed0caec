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
from graph.model.errors import ApiError

_NEVER_SENT: Final = (ConnectTimeoutError, EndpointConnectionError, ParamValidationError)
_GATEWAY_STATUSES: Final = (502, 504)
"""A proxy answered in AWS's place: what AWS itself did with the call is unknown."""


def may_take_effect(error: ApiError) -> bool:
    """Whether the call was sent and left unanswered, so that its effect may still come.

    False for a refusal by AWS, and for a call that never left this process.
    """
    cause = error.__cause__
    if isinstance(error, NotSent) or cause is None or isinstance(cause, _NEVER_SENT):
        return False
    if isinstance(cause, ClientError):
        status = cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status in _GATEWAY_STATUSES
    return True
