"""Which failed calls may still take effect."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from graph.aws.client.effects import may_take_effect
from graph.aws.client.errors import translate
from graph.aws.client.gateway import NotSent
from graph.model.errors import ApiError, Upstream

URL = "http://127.0.0.1:1"


def answer(code: str, status: int) -> ClientError:
    given: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(given, "CreateTask")


def raised(cause: Exception) -> ApiError:
    error = translate(cause, "datasync:CreateTask")
    assert isinstance(error, ApiError)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "cause",
    [
        TimeoutError(),
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        ConnectionResetError(),
        aiohttp.ServerDisconnectedError(),
        ResponseParserError("not JSON"),
        answer("InternalException", 500),
        answer("ServiceFailure", 500),
        answer("ServiceUnavailable", 503),
        *(answer(str(status), status) for status in range(500, 505)),
    ],
    ids=repr,
)
def test_a_call_that_aws_has_not_answered_may(cause: Exception) -> None:
    assert may_take_effect(raised(cause))


@pytest.mark.parametrize(
    "cause",
    [
        answer("InvalidRequestException", 400),
        answer("ThrottlingException", 400),
        answer("AccessDeniedException", 403),
        answer("ThrottlingException", 503),
        answer("SlowDown", 503),
        answer("403", 403),
        answer("429", 429),
        ConnectTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
    ],
    ids=repr,
)
def test_a_call_that_was_refused_or_never_sent_may_not(cause: Exception) -> None:
    assert not may_take_effect(raised(cause))


def test_neither_may_one_that_only_waited_for_its_turn() -> None:
    waited = NotSent("too many calls")
    waited.__cause__ = TimeoutError()
    assert not may_take_effect(waited)
    assert not may_take_effect(Upstream("STS refuses the server"))
