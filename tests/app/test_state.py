"""Requests of an application that is not open."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from graph.app import ApplicationState
from graph.concurrency import OverBudget
from graph.model.caller import Caller, Identity
from graph.observability.metrics import LIMITED


async def test_an_application_that_is_not_open_serves_nobody() -> None:
    state = ApplicationState("1")
    connection = HTTPConnection({"type": "http", "headers": []})
    with pytest.raises(RuntimeError, match="not open"):
        await state.identify(connection, None)
    with pytest.raises(RuntimeError, match="not open"):
        state.context(Caller(Identity("me")), "r")


def test_a_caller_that_is_over_its_budget_is_counted() -> None:
    state, caller = ApplicationState("1"), Caller(Identity("me"))
    before = LIMITED.labels("call_budget")._value.get()
    state.charge(caller, state.limits.call_budget)
    assert LIMITED.labels("call_budget")._value.get() == before
    with pytest.raises(OverBudget):
        state.charge(caller, 10)
    assert LIMITED.labels("call_budget")._value.get() == before + 1
