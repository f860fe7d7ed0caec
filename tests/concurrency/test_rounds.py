"""A round that fails is logged once, and never ends the job."""

from __future__ import annotations

import asyncio
import logging

import pytest

from graph.concurrency import Rounds
from graph.model.errors import Upstream

log = logging.getLogger("graph.test")


@pytest.fixture
def rounds() -> Rounds:
    return Rounds(log, "the sweep")


def fail(rounds: Rounds, error: Exception) -> None:
    with rounds.guard():
        raise error


def test_an_outage_of_the_store_is_not_logged_again(
    rounds: Rounds, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fail(rounds, Upstream("the store does not answer"))
    assert caplog.messages == []


def test_an_unexpected_error_is_logged_once_with_its_traceback(
    rounds: Rounds, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        fail(rounds, ValueError("odd"))
    with rounds.guard():
        pass
    begun, ended = caplog.records
    assert begun.getMessage() == "the sweep fails: ValueError('odd')"
    assert begun.exc_info
    assert isinstance(begun.exc_info[1], ValueError)
    assert ended.getMessage().startswith("the sweep works again after ")


def test_cancellation_passes_through(rounds: Rounds) -> None:
    with pytest.raises(asyncio.CancelledError), rounds.guard():
        raise asyncio.CancelledError
