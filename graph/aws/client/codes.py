"""What the error codes of AWS's services mean for the caller and for the operator.

An error is the caller's only if its code proves that: the service uses it for nothing else. A code
without a row is a failure of AWS, or of something between AWS and this server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.model.errors import (
    AccessDenied,
    ApiError,
    Conflict,
    Forbidden,
    Invalid,
    LimitExceeded,
    NotFound,
    Throttled,
    Upstream,
    UpstreamTimeout,
)


class Refused(Upstream):
    """AWS does not accept this server, its session or its request; retrying is useless."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """An error class, and our text; None if the caller gets AWS's own text."""

    kind: type[ApiError]
    text: str | None = None
    """``{doing}`` stands for the service and the operation."""
    new_session: bool = False
    """Whether the call had no effect and may succeed with new credentials."""


INVALID: Final = Meaning(Invalid)
NOT_FOUND: Final = Meaning(NotFound)
CONFLICT: Final = Meaning(Conflict)
LIMIT: Final = Meaning(LimitExceeded)
THROTTLED: Final = Meaning(Throttled, "AWS throttles {doing}. Try again in a few seconds.")
DENIED: Final = Meaning(AccessDenied, "AWS denies this server {doing} in that account.")
FORBIDDEN: Final = Meaning(Forbidden, "AWS denies this server {doing} in that account.")
FAILED: Final = Meaning(Upstream, "AWS failed at {doing}. Try again.")
LATE: Final = Meaning(UpstreamTimeout, "AWS did not answer {doing} in time. Try again.")
CREDENTIALS: Final = Meaning(
    Refused,
    "AWS does not accept this server's credentials for {doing}. Its operator must fix this.",
)
SESSION: Final = Meaning(
    Refused, "This server's session with AWS has ended ({doing}). Try again.", new_session=True
)
CLOCK: Final = Meaning(
    Refused,
    "AWS does not accept the time of this server's clock for {doing}. Its operator must fix this.",
)
ACCOUNT: Final = Meaning(
    Refused, "AWS has not enabled that account or region for {doing}. Its operator must fix this."
)
REQUEST: Final = Meaning(Refused, "AWS does not understand this server's request for {doing}.")
INTERMEDIARY: Final = Meaning(
    Upstream, "Something between this server and AWS refused {doing}. Try again."
)


def _each(meaning: Meaning, *names: str) -> dict[str, Meaning]:
    return dict.fromkeys(names, meaning)


_COMMON: Final[Mapping[str, Meaning]] = {
    **_each(
        THROTTLED,
        "BandwidthLimitExceeded",
        "EC2Throttled",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "RequestThrottled",
        "SlowDown",
        "Throttled",
        "Throttling",
        "TooManyRequests",
        "TransactionInProgress",
    ),
    **_each(LIMIT, "LimitExceeded", "ServiceQuotaExceeded"),
    **_each(NOT_FOUND, "NotFound", "ResourceNotFound"),
    **_each(FORBIDDEN, "Forbidden"),
    **_each(DENIED, "AccessDenied", "NotAuthorized", "UnauthorizedOperation"),
    **_each(
        CREDENTIALS,
        "AuthFailure",
        "IncompleteSignature",
        "InvalidSignature",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
    ),
    **_each(
        SESSION,
        "ExpiredToken",
        "InvalidClientTokenId",
        "InvalidToken",
        "TokenRefreshRequired",
        "UnrecognizedClient",
    ),
    **_each(CLOCK, "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"),
    **_each(ACCOUNT, "AccountProblem", "OptInRequired", "RegionDisabled", "SubscriptionRequired"),
    **_each(
        REQUEST,
        "InvalidAction",
        "InvalidParameterCombination",
        "InvalidQueryParameter",
        "MalformedHttpRequest",
        "MalformedQueryString",
        "MissingAction",
        "MissingParameter",
        "RequestEntityTooLarge",
        "Serialization",
        "UnknownOperation",
    ),
    **_each(LATE, "RequestTimeout"),
    **_each(
        FAILED,
        "Internal",
        "InternalFailure",
        "InternalServer",
        "RequestAborted",
        "Server",
        "ServiceUnavailable",
    ),
}
"""By code, without ``Exception`` or ``Error`` at its end. The common errors of all services."""

_BY_SERVICE: Final[Mapping[str, Mapping[str, Meaning]]] = {
    "datasync": {
        **_each(
            INVALID, "InvalidParameter", "InvalidParameterValue", "InvalidRequest", "Validation"
        ),
    },
    # Its parameters come from this server, never from a caller.
    "resourcegroupstaggingapi": {
        **_each(
            FAILED,
            "ConcurrentModification",
            "ConstraintViolation",
            "InternalService",
            "InvalidParameter",
            "PaginationTokenExpired",
            "Validation",
        ),
    },
    "iam": {
        **_each(INVALID, "InvalidInput", "MalformedPolicyDocument", "Validation"),
        **_each(NOT_FOUND, "NoSuchEntity"),
        **_each(CONFLICT, "DeleteConflict", "EntityAlreadyExists", "UnmodifiableEntity"),
        **_each(FAILED, "ConcurrentModification", "ServiceFailure"),
        **_each(REQUEST, "PolicyNotAttachable"),
    },
    "efs": {
        **_each(NOT_FOUND, "AccessPointNotFound", "FileSystemNotFound", "MountTargetNotFound"),
        **_each(CONFLICT, "IncorrectMountTargetState"),
        **_each(REQUEST, "BadRequest"),
    },
    "fsx": {
        **_each(NOT_FOUND, "FileSystemNotFound", "StorageVirtualMachineNotFound"),
        **_each(REQUEST, "BadRequest"),
    },
    # The key is the one that a bucket names.
    "kms": {
        **_each(NOT_FOUND, "InvalidArn"),
        **_each(LATE, "DependencyTimeout"),
        **_each(FAILED, "KMSInternal"),
    },
    "logs": _each(REQUEST, "InvalidParameter"),
    "secretsmanager": {
        **_each(INVALID, "InvalidParameter"),  # the tag is the caller's
        **_each(REQUEST, "InvalidNextToken", "InvalidRequest"),
        **_each(FAILED, "InternalService"),
    },
    "s3": {
        **_each(
            NOT_FOUND,
            "NoSuchBucket",
            "NoSuchBucketPolicy",
            "NoSuchTagSet",
            "ServerSideEncryptionConfigurationNotFound",
        ),
        **_each(DENIED, "AllAccessDisabled", "MethodNotAllowed"),
    },
    "s3control": _each(NOT_FOUND, "NoSuchAccessPoint", "NoSuchAccessPointPolicy"),
    "sts": {
        **_each(
            CREDENTIALS,
            "ExpiredToken",
            "IDPRejectedClaim",
            "InvalidClientTokenId",
            "InvalidIdentityToken",
            "InvalidToken",
            "UnrecognizedClient",
        ),
        **_each(REQUEST, "MalformedPolicyDocument", "PackedPolicyTooLarge", "Validation"),
        "IDPCommunication": FAILED,
    },
}
_LATE_STATUS: Final = ("408", "504")
_SERVER_STATUS: Final = "5"


def meaning_of(service: str, code: str) -> Meaning:
    """What a code of a service means; a failure of AWS if it is unknown.

    A response without a code has its HTTP status instead: it does not come from AWS.
    """
    if code.isdecimal():
        return _of_status(code)
    name = _plain(code)
    known = _BY_SERVICE.get(service, {}).get(name) or _COMMON.get(name)
    if known is not None:
        return known
    return THROTTLED if "throttl" in name.lower() else FAILED


def is_known(service: str, code: str) -> bool:
    """Whether the tables have a row for a code."""
    name = _plain(code)
    return code.isdecimal() or name in _COMMON or name in _BY_SERVICE.get(service, {})


def _of_status(status: str) -> Meaning:
    if status == "429":
        return THROTTLED
    if status in _LATE_STATUS:
        return LATE
    return FAILED if status.startswith(_SERVER_STATUS) else INTERMEDIARY


def _plain(code: str) -> str:
    return code.rpartition(".")[2].removesuffix("Exception").removesuffix("Error")
