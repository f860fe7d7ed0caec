"""Translates the SDK's exceptions into the errors that callers see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

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

from graph.aws.client.codes import LATE, LIMIT, THROTTLED, Meaning, meaning_of
from graph.aws.client.wording import own_words
from graph.model.errors import (
    AlreadyRunning,
    ApiError,
    Conflict,
    Invalid,
    NotFound,
    QuotaExceeded,
    Throttled,
    Upstream,
    UpstreamTimeout,
    unknown_account,
)

NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    MetadataRetrievalError,
    SSOError,
    TokenRetrievalError,
)
"""What the SDK raises if it finds no credentials to sign a call with."""
_SHOWN: Final = 500
_BAD_REQUEST: Final = 400
_SERVER_ERROR: Final = 500


def code_of(error: BaseException) -> str:
    """AWS's code of an error, or the name of the exception if AWS did not respond."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code") or "Unknown")
    return type(error).__name__


def text_of(error: ClientError) -> str:
    """The first line of AWS's text."""
    return _first_line(str(error.response.get("Error", {}).get("Message") or ""))


def is_refusal(error: ClientError) -> bool:
    """Whether AWS would answer the same again: neither throttling nor a failure of its own."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", _SERVER_ERROR)
    throttled = meaning_of("sts", code_of(error)).kind is Throttled
    return _BAD_REQUEST <= status < _SERVER_ERROR and not throttled


def ends_session(error: ClientError, service: str) -> bool:
    """Whether the call may succeed with new credentials of the same role."""
    return meaning_of(service, code_of(error)).new_session


def translate(error: Exception, doing: str, sent: Mapping[str, Any] | None = None) -> Exception:
    """The error to raise instead. ``doing`` names service and operation: ``datasync:ListTasks``.

    ``sent``: the parameters of the call, which AWS's text may quote. An exception that comes from
    neither AWS nor the network is a bug, and is returned unchanged.
    """
    if isinstance(error, ApiError):
        return error
    if isinstance(error, ClientError):
        return _answered(error, doing, sent)
    for causes, kind, text in _UNANSWERED:
        if isinstance(error, causes):
            detail = str(error).removeprefix("Parameter validation failed:\n")
            return kind(text.format(doing=doing, error=_first_line(detail)))
    return error


_UNANSWERED: Final[tuple[tuple[tuple[type[Exception], ...], type[ApiError], str], ...]] = (
    ((TimeoutError, ConnectTimeoutError, ReadTimeoutError), UpstreamTimeout, str(LATE.text)),
    (
        NO_CREDENTIALS,
        Upstream,
        "The server has no AWS credentials of its own.",
    ),
    (
        (HTTPClientError, ConnectionError, IncompleteReadError, aiohttp.ClientError, OSError),
        Upstream,
        "AWS could not be reached for {doing}. Try again.",
    ),
    (
        (ResponseParserError, ChecksumError, FlexibleChecksumError),
        Upstream,
        "AWS's answer to {doing} could not be understood.",
    ),
    ((ParamValidationError,), Invalid, "The parameters of {doing} are invalid: {error}"),
    ((BotoCoreError,), Upstream, "The call {doing} could not be made."),
)


def not_assumable(error: Exception, role_arn: str) -> Exception:
    """The error to raise if the management role of an account cannot be assumed."""
    if isinstance(error, ClientError) and code_of(error) in {"AccessDenied", "ValidationError"}:
        return unknown_account(role_arn.split(":")[4])
    translated = translate(error, "sts:AssumeRole")
    if not isinstance(translated, ApiError) or isinstance(translated, Throttled | Upstream):
        return translated
    # It is not the caller's fault, and AWS's text may name resources of this server.
    return Upstream(f"AWS refuses sts:AssumeRole to this server: {code_of(error)}.")


def _answered(error: ClientError, doing: str, sent: Mapping[str, Any] | None) -> ApiError:
    code, text = code_of(error), text_of(error)
    words = own_words(text, sent)
    meaning = meaning_of(doing.partition(":")[0], code)
    if meaning.kind is Invalid:
        meaning = Meaning(_refined(error, words))
    if meaning is LIMIT and (not text or _RATE.search(words)):
        meaning = THROTTLED
    if meaning.text is None:
        return meaning.kind(text or f"AWS refused {doing}: {code}.", refused=doing)
    return meaning.kind(meaning.text.format(doing=doing))


def _refined(error: ClientError, words: str) -> type[ApiError]:
    """The class of a DataSync error: the service has one code for all invalid requests.

    The detailed codes are used first, and the words of AWS's text only if they are inconclusive.
    """
    detail = " ".join(str(error.response.get(name) or "") for name in _DETAILS)
    for said, table in ((detail, _BY_DETAIL), (words, _BY_WORDS)):
        for pattern, kind in table:
            if pattern.search(said):
                return kind
    return Invalid


_Patterns = tuple[tuple[re.Pattern[str], type[ApiError]], ...]


def _patterns(*rows: tuple[str, type[ApiError]]) -> _Patterns:
    return tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in rows)


_DETAILS: Final = ("errorCode", "datasyncErrorCode")
_RATE: Final = re.compile(r"\brate\b|slow down|too many requests", re.IGNORECASE)
_BY_DETAIL: Final = _patterns(
    (r"^\s*Invalid(Parameter|Argument|Option|Value)", Invalid),
    (r"NotFound|DoesNotExist", NotFound),
    (r"LimitExceeded|QuotaExceeded", QuotaExceeded),
    (r"AlreadyRunning", AlreadyRunning),
    (r"InUse\b|Conflict|InvalidState", Conflict),
)
_BY_WORDS: Final = _patterns(
    (r"\bnot found\b|\bdoes not exist\b", NotFound),
    (
        (
            r"\bmaximum number\b|\b(exceed|reach)\w*\b.*\b(limit|quota|maximum)\b"
            r"|\b(limit|quota)s?\b.*\b(exceed|reach)"
        ),
        QuotaExceeded,
    ),
    (r"\balready running\b", AlreadyRunning),
    (r"\bin use\b|\bin progress\b|\bno longer running\b", Conflict),
)
"""Phrases, because a name of one word looks like a word of AWS."""


def _first_line(text: str) -> str:
    return text.partition("\n")[0][:_SHOWN].strip()
