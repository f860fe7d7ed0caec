"""AWS's errors in our words: the one place that reads its codes and texts."""

from __future__ import annotations

from typing import Final

import aiohttp
from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's; Python's own is an OSError
    ConnectTimeoutError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    MetadataRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from graph.model.errors import (
    AccessDenied,
    ApiError,
    Conflict,
    Invalid,
    NotFound,
    QuotaExceeded,
    Throttled,
    Upstream,
    UpstreamTimeout,
)

_BY_CODE: Final[dict[str, type[ApiError]]] = {
    # DataSync models two errors; its "not found" hides in the first.
    "InvalidRequestException": Invalid,
    "InternalException": Upstream,
    # Resource Groups Tagging API
    "InvalidParameterException": Invalid,
    "PaginationTokenExpiredException": Upstream,
    "ConstraintViolationException": Invalid,
    "ConcurrentModificationException": Conflict,
    "InternalServiceException": Upstream,
    # IAM
    "NoSuchEntity": NotFound,
    "EntityAlreadyExists": Conflict,
    "EntityAlreadyExistsException": Conflict,
    "DeleteConflict": Conflict,
    "ConcurrentModification": Conflict,
    "UnmodifiableEntity": Conflict,
    "LimitExceeded": QuotaExceeded,
    "MalformedPolicyDocument": Invalid,
    "InvalidInput": Invalid,
    "ServiceFailure": Upstream,
    # Common to all services
    "ValidationException": Invalid,
    "ValidationError": Invalid,
    "AccessDenied": AccessDenied,
    "AccessDeniedException": AccessDenied,
    "UnauthorizedOperation": AccessDenied,
    "ExpiredToken": Upstream,
    "ExpiredTokenException": Upstream,
    "InvalidClientTokenId": Upstream,
    "UnrecognizedClientException": Upstream,
    "SignatureDoesNotMatch": Upstream,
    "Throttling": Throttled,
    "ThrottlingException": Throttled,
    "ThrottledException": Throttled,
    "TooManyRequestsException": Throttled,
    "RequestLimitExceeded": Throttled,
    "RequestThrottled": Throttled,
    "ServiceUnavailable": Upstream,
    "InternalFailure": Upstream,
    "InternalError": Upstream,
    "RequestTimeout": UpstreamTimeout,
    "RequestTimeoutException": UpstreamTimeout,
}
_ALREADY_SAID: Final = 500
_SERVER_SIDE: Final = 500


def code_of(error: BaseException) -> str:
    """AWS's own code of an error, or the name of the exception where AWS did not answer."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def translate(error: Exception, doing: str) -> Exception:
    """The error in our words. ``doing`` names the operation, for a message that helps.

    What is neither AWS's nor the network's is a mistake of ours, and is given as it came: it would
    be the same at the next try.
    """
    if isinstance(error, ApiError):
        return error
    if isinstance(error, ClientError):
        return _answered(error, doing)
    for causes, kind, text in _UNANSWERED:
        if isinstance(error, causes):
            detail = str(error).removeprefix("Parameter validation failed:\n")
            return kind(text.format(doing=doing, error=_first_line(detail)))
    return error


_UNANSWERED: Final[tuple[tuple[tuple[type[Exception], ...], type[ApiError], str], ...]] = (
    (
        (TimeoutError, ConnectTimeoutError, ReadTimeoutError),
        UpstreamTimeout,
        "AWS did not answer {doing} in time; try again",
    ),
    (
        (
            NoCredentialsError,
            PartialCredentialsError,
            CredentialRetrievalError,
            MetadataRetrievalError,
            SSOError,
            TokenRetrievalError,
        ),
        Upstream,
        "the server has no AWS credentials of its own",
    ),
    (
        (HTTPClientError, ConnectionError, IncompleteReadError, aiohttp.ClientError, OSError),
        Upstream,
        "AWS could not be reached for {doing}; try again",
    ),
    (
        (ResponseParserError, ChecksumError, FlexibleChecksumError),
        Upstream,
        "AWS's answer to {doing} could not be understood",
    ),
    ((ParamValidationError,), Invalid, "AWS would not take {doing}: {error}"),
    ((BotoCoreError,), Upstream, "the call {doing} could not be made"),
)


def not_assumable(error: Exception, role_arn: str) -> Exception:
    """What it means that the management role of an account cannot be assumed."""
    if isinstance(error, ClientError) and code_of(error) in {"AccessDenied", "ValidationError"}:
        account = role_arn.split(":")[4]
        return NotFound(f"account {account} is not known, or does not let this server in")
    translated = translate(error, "AssumeRole")
    if isinstance(translated, Throttled | Upstream):
        return translated
    # Nothing that a caller asks for is wrong with it, and its text names what is ours.
    return Upstream(f"AWS refuses AssumeRole to this server: {code_of(error)}")


def _answered(error: ClientError, doing: str) -> ApiError:
    code = code_of(error)
    text = _first_line(str(error.response.get("Error", {}).get("Message", "")))
    kind = _BY_CODE.get(code)
    if kind is None:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", _SERVER_SIDE)
        kind = Upstream if status >= _SERVER_SIDE else Invalid
    if kind is Invalid:
        lowered = text.lower()
        if "not found" in lowered:
            return NotFound(text)
        if "limit" in lowered and ("exceed" in lowered or "maximum" in lowered):
            return QuotaExceeded(text)
        return Invalid(text or f"AWS refused {doing}")
    if kind in (Conflict, NotFound, QuotaExceeded):
        return kind(text or f"AWS refused {doing}: {code}")
    return kind(_OUR_WORDS[kind].format(doing=doing))


_OUR_WORDS: Final[dict[type[ApiError], str]] = {
    AccessDenied: "AWS denies this server {doing} in that account",
    Throttled: "AWS asks to slow down ({doing}); try again in a few seconds",
    Upstream: "AWS failed at {doing}; try again",
    UpstreamTimeout: "AWS did not answer {doing} in time; try again",
}


def _first_line(text: str) -> str:
    return text.partition("\n")[0][:_ALREADY_SAID].strip()
