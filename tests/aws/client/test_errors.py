"""AWS's errors in our words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)

from graph.aws.client.errors import code_of, not_assumable, translate
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

SECRET = "arn:aws:sts::222222222222:assumed-role/secret"
URL = "http://127.0.0.1:1"
SERVICES = {"NoSuchEntity": "iam", "DeleteConflict": "iam"}


def answer(code: str, message: str = SECRET, status: int = 400) -> ClientError:
    given: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(given, "X")


@pytest.mark.parametrize(
    ("error", "kind", "shown"),
    [
        (answer("InvalidRequestException", "Task x is not found."), NotFound, "is not found"),
        (answer("InvalidRequestException", "Name is wrong\ndetail"), Invalid, "Name is wrong"),
        (
            answer("InvalidRequestException", "You have exceeded the limit of 100 tasks"),
            QuotaExceeded,
            "limit of 100",
        ),
        (answer("NoSuchEntity", "no role r"), NotFound, "no role r"),
        (answer("DeleteConflict", "has policies"), Conflict, "has policies"),
        (answer("ThrottlingException"), Throttled, "AWS throttles"),
        (answer("AccessDeniedException"), AccessDenied, "denies this server datasync:X"),
        (answer("BrandNewThing", SECRET), Upstream, "AWS failed at datasync:X"),
        (answer("BrandNewThing", status=503), Upstream, "AWS failed at datasync:X"),
        (ReadTimeoutError(endpoint_url=URL), UpstreamTimeout, "in time"),
        (ConnectTimeoutError(endpoint_url=URL), UpstreamTimeout, "in time"),
        (TimeoutError(), UpstreamTimeout, "in time"),
        (
            EndpointConnectionError(endpoint_url=URL),
            Upstream,
            "could not be reached for datasync:X",
        ),
        (ProxyConnectionError(proxy_url=URL), Upstream, "could not be reached for datasync:X"),
        (
            SSLError(endpoint_url=URL, error=OSError()),
            Upstream,
            "could not be reached for datasync:X",
        ),
        (NoCredentialsError(), Upstream, "no AWS credentials of its own"),
        (ParamValidationError(report="Name: too long\nTags: too many"), Invalid, "Name: too long"),
        (BotoCoreError(), Upstream, "could not be made"),
    ],
)
def test_an_error_of_the_sdk_is_one_of_ours(
    error: Exception, kind: type[ApiError], shown: str
) -> None:
    translated = translate(error, SERVICES.get(code_of(error), "datasync") + ":X")
    assert isinstance(translated, ApiError)
    assert type(translated) is kind
    assert shown in translated.message
    assert "\n" not in translated.message
    assert SECRET not in translated.message
    assert URL not in translated.message


def test_ours_stay_as_they_are() -> None:
    ours = NotFound("x")
    assert translate(ours, "X") is ours


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (answer("AccessDenied"), NotFound),
        (answer("ValidationError"), NotFound),
        (answer("Throttling"), Throttled),
        (answer("RegionDisabledException", status=403), Upstream),
        (answer("PackedPolicyTooLarge"), Upstream),
        (EndpointConnectionError(endpoint_url=URL), Upstream),
    ],
)
def test_a_role_that_may_not_be_assumed_makes_an_account_unknown(
    error: Exception, kind: type[ApiError]
) -> None:
    refused = not_assumable(error, "arn:aws:iam::222222222222:role/r")
    assert isinstance(refused, kind)
    assert ("222222222222" in refused.message) == (kind is NotFound)


def test_the_code_of_what_aws_did_not_answer_is_the_exceptions_name() -> None:
    assert code_of(answer("Throttling")) == "Throttling"
    assert code_of(TimeoutError()) == "TimeoutError"
