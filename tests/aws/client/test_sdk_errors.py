"""Failures below AWS's answers: each exception of the SDK has a row, and bugs pass through."""

from __future__ import annotations

import inspect

import aiohttp
import pytest
from botocore import exceptions
from botocore.exceptions import BotoCoreError
from botocore.parsers import ResponseParserError

from graph.aws.client.errors import translate
from graph.aws.client.gateway import Gateway
from graph.model.errors import ApiError, Invalid, Upstream, UpstreamTimeout
from tests.aws.calls import list_tasks

LATE = "AWS did not answer X in time. Try again."
AWAY = "AWS could not be reached for X. Try again."
POOR = "The server has no AWS credentials of its own."
ODD = "AWS's answer to X could not be understood."
MADE_BADLY = "The call X could not be made."
ROWS: dict[str, tuple[type[ApiError], str]] = {
    **dict.fromkeys(("ConnectTimeoutError", "ReadTimeoutError"), (UpstreamTimeout, LATE)),
    **dict.fromkeys(
        (
            "ConnectionError",
            "ConnectionClosedError",
            "EndpointConnectionError",
            "HTTPClientError",
            "IncompleteReadError",
            "ProxyConnectionError",
            "ResponseStreamingError",
            "SSLError",
        ),
        (Upstream, AWAY),
    ),
    **dict.fromkeys(
        (
            "CredentialRetrievalError",
            "MetadataRetrievalError",
            "NoCredentialsError",
            "PartialCredentialsError",
            "SSOError",
            "SSOTokenLoadError",
            "TokenRetrievalError",
            "UnauthorizedSSOTokenError",
        ),
        (Upstream, POOR),
    ),
    **dict.fromkeys(("ChecksumError", "FlexibleChecksumError"), (Upstream, ODD)),
}
"""By exception; the others say that the call could not be made."""


def every() -> list[type[BotoCoreError]]:
    found = [kind for _, kind in inspect.getmembers(exceptions, inspect.isclass)]
    return [kind for kind in found if issubclass(kind, BotoCoreError)]


@pytest.mark.parametrize("kind", every(), ids=lambda kind: kind.__name__)
def test_each_exception_of_the_sdk_has_its_row(kind: type[BotoCoreError]) -> None:
    error = kind.__new__(kind)  # each is made of other parts, and its class alone decides
    Exception.__init__(error, "why")
    shown = translate(error, "X")
    if kind is exceptions.ParamValidationError:
        assert isinstance(shown, Invalid)
        return
    expected, text = ROWS.get(kind.__name__, (Upstream, MADE_BADLY))
    assert (type(shown), str(shown)) == (expected, text)


def test_every_row_names_an_exception_that_there_is() -> None:
    assert set(ROWS) <= {kind.__name__ for kind in every()}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (TimeoutError(), LATE),
        (ConnectionRefusedError(), AWAY),
        (aiohttp.ClientConnectionError(), AWAY),
        (ResponseParserError("x"), ODD),
    ],
)
def test_what_is_below_the_sdk_has_a_row_too(error: Exception, text: str) -> None:
    assert str(translate(error, "X")) == text


def test_a_mistake_of_ours_stays_what_it_is() -> None:
    mistakes: list[Exception] = [KeyError("x"), TypeError("x"), ValueError("x")]
    try:
        "\ud800".encode()
    except UnicodeEncodeError as error:
        mistakes.append(error)
    for mistake in mistakes:
        assert translate(mistake, "X") is mistake
    assert len(mistakes) == 4


async def test_a_mistake_of_ours_in_a_call_is_raised_as_it_is(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr(gateway, "_send", broken)
    with pytest.raises(KeyError, match="ours"):
        await list_tasks(gateway)
