"""Requests of an application that is not open."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from graph.app import ApplicationState
from graph.model.caller import Caller, Identity


async def test_an_application_that_is_not_open_serves_nobody() -> None:
    state = ApplicationState("1")
    connection = HTTPConnection({"type": "http", "headers": []})
    with pytest.raises(RuntimeError, match="not open"):
        await state.identify(connection, None)
    with pytest.raises(RuntimeError, match="not open"):
        state.context(Caller(Identity("me")), "r")
