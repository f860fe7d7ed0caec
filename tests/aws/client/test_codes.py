"""What the codes of AWS mean, and how calls that get them end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from graph.aws.client.access import Access
from graph.aws.client.answers import REQUIRED
from graph.aws.client.codes import Refused, is_known, meaning_of
from graph.aws.client.errors import translate
from graph.aws.client.gateway import Gateway
from graph.model.errors import (
    AccessDenied,
    AlreadyRunning,
    ApiError,
    Conflict,
    Forbidden,
    Invalid,
    LimitExceeded,
    NotFound,
    QuotaExceeded,
    Throttled,
    Upstream,
    UpstreamTimeout,
)
from tests.aws.client import examples
from tests.aws.client.endpoint import Endpoint
from tests.world import LAB

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "secret of AWS"
MEANINGS: dict[type[ApiError], str] = {
    Refused: """InvalidSignatureException RequestExpired RequestTimeTooSkewed OptInRequired
        IncompleteSignatureException IncompleteSignature MissingAuthenticationTokenException
        MissingAuthenticationToken SignatureDoesNotMatch UnknownOperationException
        SerializationException InvalidTokenException InvalidToken TokenRefreshRequired
        AccountProblem ExpiredToken ExpiredTokenException InvalidClientTokenId
        UnrecognizedClientException MalformedQueryString MissingParameter""",
    AccessDenied: "AccessDenied AccessDeniedException NotAuthorized UnauthorizedOperation",
    Forbidden: "Forbidden ForbiddenException",
    NotFound: "NotFound NotFoundException ResourceNotFoundException",
    LimitExceeded: "LimitExceeded LimitExceededException",
    Throttled: """Throttling ThrottlingException ThrottledException RequestThrottled
        RequestThrottledException TooManyRequestsException RequestLimitExceeded SlowDown
        PriorRequestNotComplete BandwidthLimitExceeded EC2ThrottledException
        Client.RequestLimitExceeded BrandNewThrottlingError 429""",
    UpstreamTimeout: "RequestTimeout RequestTimeoutException 408 504",
    Upstream: """InternalException InternalFailure InternalError ServiceUnavailable
        ServiceUnavailableException ServerException BrandNewThing 302 400 401 403 404 405 407 413
        418 421 451 500 501 502 503""",
}
CODES = [(code, kind) for kind, codes in MEANINGS.items() for code in codes.split()]
SERVICES = ("datasync", "iam", "resourcegroupstaggingapi")
DEFINITE = (Refused, AccessDenied, Forbidden, NotFound, LimitExceeded)


@pytest.fixture
def gateway(endpoint_gateway: Gateway) -> Gateway:
    return endpoint_gateway


@pytest.mark.parametrize(("code", "kind"), CODES)
async def test_a_code_means_the_same_from_every_service_and_in_every_operation(
    endpoint: Endpoint, gateway: Gateway, code: str, kind: type[ApiError]
) -> None:
    for service, name in (
        *(("datasync", "ListTasks"), ("datasync", "StartTaskExecution")),
        *(("datasync", "CancelTaskExecution"), ("datasync", "CreateTask")),
        *(
            ("iam", "ListRoles"),
            ("iam", "DeleteRole"),
            ("resourcegroupstaggingapi", "GetResources"),
        ),
    ):
        endpoint.fail(service, code, SECRET)
        error = await failure(gateway, service, name)
        assert type(error) is kind, (service, name)
        assert (SECRET in error.message) == (kind in (NotFound, LimitExceeded))
        safe = name.startswith(("List", "Get"))
        repeated = kind is Throttled or (safe and kind not in DEFINITE)
        renewed = 2 if meaning_of(service, code).new_session else 1
        assert endpoint.asked == (4 if repeated else renewed), (service, name)


@pytest.mark.parametrize("service", ["datasync", "iam"])
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 407, 413, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>secret</body></html>",
        b"<p>secret",
        b"",
        b"[]",
        b'"secret"',
        b'{"message": "secret"}',
        b'{"__type": 1, "message": "secret"}',
        b"<ErrorResponse><Error>secret</Error></ErrorResponse>",
        b"\xff\xfe",
    ],
)
async def test_an_error_without_a_code_is_never_the_callers(
    endpoint: Endpoint, gateway: Gateway, service: str, status: int, body: bytes
) -> None:
    endpoint.body, endpoint.status = body, status
    for name in {"datasync": ("ListTasks", "DeleteTask"), "iam": ("ListRoles", "DeleteRole")}[
        service
    ]:
        error = await failure(gateway, service, name)
        assert isinstance(error, Throttled if status == 429 else Upstream)
        assert "secret" not in error.message


@pytest.mark.parametrize(
    ("text", "detail", "kind"),
    [
        ("Name is wrong.", None, Invalid),
        ("Location loc-0 is not found.", None, NotFound),
        ("Agent does not exist.", None, NotFound),
        ("Invalid parameter: ARN not found", "InvalidParameter", Invalid),
        ("whatever", "TaskNotFound", NotFound),
        ("whatever", "LimitExceeded", QuotaExceeded),
        ("whatever", "TaskAlreadyRunning", AlreadyRunning),
        ("whatever", "LocationInUse", Conflict),
        ("whatever", "BrandNewDetail", Invalid),
        ("You have exceeded the limit of 100 tasks", None, QuotaExceeded),
        (
            "You have reached the maximum number of queued task executions (50) for this task.",
            *(None, QuotaExceeded),
        ),
        ("Queueing is disabled and the task is already running.", None, AlreadyRunning),
        ("Location loc-0 is in use by task-0.", None, Conflict),
        ("Task task-0 has an execution in progress.", None, Conflict),
        ("Task execution exec-0 is no longer running.", None, Conflict),
    ],
)
@pytest.mark.parametrize("member", ["errorCode", "datasyncErrorCode"])
async def test_what_is_wrong_with_a_request_is_told_by_its_detail_before_its_text(  # noqa: PLR0913, PLR0917
    endpoint: Endpoint,
    gateway: Gateway,
    text: str,
    detail: str | None,
    kind: type[ApiError],
    member: str,
) -> None:
    given = {"__type": "InvalidRequestException", "message": text, member: detail}
    endpoint.body, endpoint.status = json.dumps(given).encode(), 400
    error = await failure(gateway, "datasync", "StartTaskExecution")
    assert (type(error), error.message) == (kind, text)
    assert endpoint.asked == 1


@pytest.mark.parametrize(
    "code",
    [
        "ConcurrentModificationException",
        "ConstraintViolationException",
        "InvalidParameterException",
        "PaginationTokenExpiredException",
        "ValidationException",
    ],
)
async def test_what_is_wrong_with_a_call_to_the_tagging_api_is_not_the_callers(
    endpoint: Endpoint, gateway: Gateway, code: str
) -> None:
    endpoint.fail("resourcegroupstaggingapi", code, SECRET)
    error = await failure(gateway, "resourcegroupstaggingapi", "GetResources")
    assert type(error) is Upstream
    assert SECRET not in error.message


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Rate exceeded", Throttled), ("", Throttled), ("Roles: 1000", LimitExceeded)],
)
async def test_a_limit_of_the_rate_is_throttling(
    endpoint: Endpoint, gateway: Gateway, text: str, kind: type[ApiError]
) -> None:
    endpoint.fail("datasync", "LimitExceededException", text)
    assert type(await failure(gateway, "datasync", "ListTasks")) is kind


async def test_operators_are_told_once_what_callers_are_not(
    endpoint: Endpoint, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.fail("datasync", "InvalidSignatureException", "Signature expired: 10:00 is now")
    for _ in range(3):
        error = await failure(gateway, "datasync", "ListAgents")
        assert "this server's credentials" in error.message
    (record,) = [record for record in caplog.records if record.name.startswith("graph.aws")]
    assert record.levelname == "WARNING"
    for part in ("datasync:ListAgents", LAB, "InvalidSignatureException", "Signature expired"):
        assert part in record.message


async def test_every_error_that_the_models_know_has_a_row() -> None:
    for service, operation in called():
        for shape in operation.error_shapes:
            code = shape.metadata.get("error", {}).get("code") or shape.name
            assert is_known(service, code), f"{operation.name}: {code}"
            given: Any = {"Error": {"Code": code, "Message": "m"}}
            doing = f"{service}:{operation.name}"
            assert isinstance(translate(ClientError(given, operation.name), doing), ApiError)


async def test_what_the_sdk_takes_for_throttling_is_throttling() -> None:
    rules = json.loads((Path(botocore.__file__).parent / "data/_retry.json").read_text())
    found = set()
    for rule in rules["definitions"].values():
        code = rule["applies_when"].get("response", {}).get("service_error_code", "")
        if "Throttl" in code or "Throughput" in code:
            found.add(code)
            assert all(meaning_of(service, code).kind is Throttled for service in SERVICES), code
    assert len(found) >= 5


def called() -> Iterator[tuple[str, Any]]:
    for service, rows in REQUIRED.items():
        for name in rows:
            yield service, examples.operation(service, name)


async def failure(gateway: Gateway, service: str, name: str) -> ApiError:
    gateway._retries.clear()
    endpoint_asked = examples.parameters(examples.operation(service, name))
    with pytest.raises(ApiError) as caught:
        await gateway.bind(LAB).call(service, Access.MANAGE, xform_name(name), **endpoint_asked)
    return caught.value
