"""What goes wrong behind the REST paths, and what a client is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from graph.aws.client.errors import translate
from graph.model import errors
from graph.model.errors import ApiError
from graph.sandbox import Fault
from rest_compat.errors import STATUS, rendered, status_of
from tests.rest.conftest import MOVERS, RestApi

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type)]
ALL = [kind for kind in KINDS if issubclass(kind, ApiError) and kind is not ApiError]
FAULTS = [
    ("throttle", 429, "AWS throttles datasync:ListTasks. Try again in a few seconds."),
    ("error", 502, "AWS failed at datasync:ListTasks. Try again."),
]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_has_a_status_and_plain_text(kind: type[ApiError]) -> None:
    response = rendered(kind("in words"))
    assert response.status_code == status_of(kind("in words")) in STATUS.values()
    if response.status_code == 403:
        assert (response.body, response.headers.get("Content-Type")) == (b"", None)
    else:
        assert response.body == b"in words"
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert ("Retry-After" in response.headers) == (response.status_code in (429, 503))


@pytest.mark.parametrize(("fault", "status", "text"), FAULTS)
def test_aws_on_a_bad_day(rest_api: RestApi, fault: str, status: int, text: str) -> None:
    rest_api.aws.interceptor.add(Fault("ListTasks", fault, count=5))
    answer = rest_api.http.get(MOVERS)
    rest_api.aws.interceptor.clear()
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["X-Request-Id"]
    assert ("Retry-After" in answer.headers) == (status == 429)
    assert rest_api.http.get(MOVERS).status_code == 200


def test_no_text_of_aws_comes_with_a_5xx() -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - beside its use

    for code in ("AccessDenied", "InternalFailure", "ExpiredToken", "Whatever"):
        said: Any = {
            "Error": {"Code": code, "Message": "arn:aws:sts::1:secret"},
            "ResponseMetadata": {"HTTPStatusCode": 500},
        }
        error = translate(ClientError(said, "X"), "datasync:X")
        assert isinstance(error, ApiError)
        response = rendered(error)
        assert response.status_code >= 500
        assert b"secret" not in bytes(response.body)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((code, 429) for code in ("LimitExceeded", "LimitExceededException", "Throttling", "429")),
        *((code, 404) for code in ("NotFound", "NotFoundException", "ResourceNotFoundException")),
        ("Forbidden", 403),
        ("InvalidRequestException", 400),
        *((code, 503) for code in ("RequestTimeout", "504")),
        *((code, 502) for code in ("AccessDeniedException", "InvalidSignatureException")),
        *((code, 502) for code in ("RequestExpired", "OptInRequired", "BrandNew", "403", "404")),
    ],
)
def test_a_code_of_aws_has_the_status_of_its_meaning(code: str, status: int) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - beside its use

    given: Any = {"Error": {"Code": code, "Message": "m"}}
    for operation in ("DescribeTask", "DescribeLocationS3", "ListTaskExecutions"):
        error = translate(ClientError(given, operation), f"datasync:{operation}")
        assert isinstance(error, ApiError)
        assert rendered(error).status_code == status
