"""What AWS says of the server's own credentials is logged when it changes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError

from graph.aws.client.access import Access
from graph.aws.client.clients import Clients
from graph.aws.client.own_credentials import AGAIN_SECONDS, SOON_SECONDS, OwnCredentials
from graph.sandbox import Sandbox
from tests.aws.client.endpoint import Endpoint
from tests.runs.watch.held import HeldClock
from tests.world import LAB, ORG, ROLE

ARN: Final = "arn:aws:sts::111111111111:assumed-role/server/i-1"


def rejected(code: str, status: int = 403) -> ClientError:
    error = {"Code": code, "Message": f"It is {code}."}
    response = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "GetCallerIdentity")  # type: ignore[arg-type]  # a part of one


class Sts:
    """Answers with an ARN, or raises."""

    def __init__(self) -> None:
        self.answer: str | Exception = ARN
        self.asked = 0

    async def identity(self) -> str:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def sts() -> Sts:
    return Sts()


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest_asyncio.fixture
async def own(sts: Sts, clock: HeldClock) -> AsyncIterator[OwnCredentials]:
    async with OwnCredentials(sts.identity, clock) as opened:
        yield opened


async def test_credentials_that_are_accepted_are_named_once(
    own: OwnCredentials, sts: Sts, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "graph")
    sts.answer = "arn:aws:iam::111111111111:user/other"
    for _ in range(3):
        await clock.turn(AGAIN_SECONDS)
    assert own.trouble is None
    assert caplog.messages == [f"AWS accepts the server's own credentials: {sts.answer}"]
    assert sts.asked == 4


@pytest.mark.parametrize(
    "error",
    [
        *(rejected(code) for code in ("InvalidClientTokenId", "SignatureDoesNotMatch")),
        *(rejected(code) for code in ("ExpiredToken", "AccessDenied")),
        rejected("IncompleteSignature", 400),
        NoCredentialsError(),
    ],
)
async def test_credentials_that_are_rejected_are_logged_once_with_awss_words_until_they_are_right(
    own: OwnCredentials,
    sts: Sts,
    clock: HeldClock,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sts.answer = error
    await clock.turn(AGAIN_SECONDS)
    for _ in range(5):
        await clock.turn(SOON_SECONDS)
    (line,) = caplog.messages
    assert line == own.trouble
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        assert line.endswith(f"{code}: It is {code}.")
    sts.answer = ARN
    await clock.turn(SOON_SECONDS)
    assert own.trouble is None


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="https://sts"),
        OSError("no route"),
        TimeoutError(),
        rejected("InternalFailure", 500),
        rejected("ServiceUnavailable", 503),
        rejected("Throttling", 400),
    ],
)
async def test_an_sts_that_cannot_be_reached_does_not_condemn_the_credentials(
    own: OwnCredentials,
    sts: Sts,
    clock: HeldClock,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sts.answer = error
    for _ in range(3):
        await clock.turn(AGAIN_SECONDS)
    assert own.trouble is None
    assert [line.startswith("AWS STS does not answer: ") for line in caplog.messages] == [True]
    sts.answer = rejected("ExpiredToken")
    await clock.turn(AGAIN_SECONDS)
    rejection = own.trouble
    sts.answer = error
    await clock.turn(SOON_SECONDS)
    assert own.trouble == rejection


async def test_credentials_that_appear_after_the_start_are_used(
    aws: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    aws.role(LAB, ROLE)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    async with (
        Clients(region="us-east-1", role=ROLE, org=ORG, external_id=None) as clients,
        OwnCredentials(clients.identity, HeldClock()) as own,
    ):
        assert [own.trouble] == caplog.messages
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "sandbox")
        await own.check()
        assert not own.trouble
        assert await clients.get(LAB, "us-east-1", "datasync", Access.READ)


@pytest.mark.asyncio(loop_scope="module")
async def test_aws_is_asked_at_the_start(endpoint: Endpoint) -> None:
    endpoint.fail("sts", "InvalidClientTokenId", "The security token is invalid.")
    async with (
        Clients(region="us-east-1", role=ROLE, org=ORG, external_id=None) as clients,
        OwnCredentials(clients.identity, HeldClock()) as own,
    ):
        assert own.trouble == (
            "AWS rejects the server's own credentials: InvalidClientTokenId: "
            "The security token is invalid."
        )
