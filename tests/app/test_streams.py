"""Event streams of the REST API, opened under the limits of the GraphQL API."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from starlette.responses import Response

from graph.app.streams import rest_streams
from graph.model.caller import Caller, Identity
from tests.transport.small import app

CALLER = Caller(Identity("me"))


async def events() -> AsyncGenerator[bytes, None]:
    yield b"event: run\n\n"


async def test_a_stream_has_the_type_of_server_sent_events() -> None:
    stream = rest_streams(app())(CALLER, events())
    assert not isinstance(stream, Response)
    stream.headers["X-Request-Id"] = "1"
    assert dict(stream.headers)["Content-Type"] == "text/event-stream; charset=utf-8"  # type: ignore[call-overload]


@pytest.mark.parametrize("limits", [{"streams": 0}, {"streams_per_caller": 0}])
async def test_without_room_the_answer_is_503_in_plain_text(limits: dict[str, Any]) -> None:
    refused = rest_streams(app(**limits))(CALLER, events())
    assert isinstance(refused, Response)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.headers["content-type"].startswith("text/plain")
    assert b"Too many event streams" in refused.body


async def test_a_server_that_stops_opens_no_stream() -> None:
    served = app()
    served.stop()
    refused = rest_streams(served)(CALLER, events())
    assert isinstance(refused, Response)
    assert (refused.status_code, refused.body) == (503, b"The server is stopping.")
