"""The engine's log: an outage of its database is one line, and so is what repeats itself."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from graph.observability.outages import Outage
from graph.operations.engine_log import shortened_log

engine = logging.getLogger("dbos")


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    propagates, level = engine.propagate, engine.level
    engine.propagate = True
    engine.setLevel(logging.WARNING)
    with shortened_log(Outage(logging.getLogger("graph.store"), "the store")):
        yield caplog
    engine.propagate = propagates
    engine.setLevel(level)


def lost() -> sa.exc.OperationalError:
    cause = psycopg.OperationalError("connection failed: Connection refused\n\tIs it running?")
    return sa.exc.OperationalError("SELECT 1", {}, cause)


def text_of(error: Exception) -> str:
    try:
        raise error
    except type(error):
        return traceback.format_exc()


def test_an_outage_is_the_stores_to_log_and_is_logged_once(log: pytest.LogCaptureFixture) -> None:
    for attempt in range(50):
        engine.warning(f"Exception polling schedules: {text_of(lost())}")
        engine.warning("Fallback notification poll failed", exc_info=lost())
        engine.warning(f"Notification listener error: {psycopg.OperationalError('gone')!r}")
        engine.warning(f"Database connection failed: {lost()}. Retrying (attempt {attempt})")
    (record,) = log.records
    assert record.name == "graph.store"
    assert "Connection refused" in record.getMessage()
    assert "\n" not in record.getMessage()


WORDS = (
    "terminating connection due to administrator command",
    "consuming input failed: server closed the connection unexpectedly",
    "consuming input failed: SSL connection has been closed unexpectedly",
    "connection failed: FATAL:  the database system is shutting down",
    "connection timeout expired",
    "FATAL:  sorry, too many clients already",
    "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
    "could not translate host name to address: Name or service not known",
    "the connection is closed",
    "the connection is lost",
)
"""What libpq and psycopg say when a server ends, restarts, is full or is out of reach."""


@pytest.mark.parametrize("word", WORDS)
def test_a_listener_that_is_cut_off_repeats_nothing(
    log: pytest.LogCaptureFixture, word: str
) -> None:
    for attempt in range(3):
        engine.warning(f"Notification listener error: {word}")
        engine.warning(f"Notifier flush error on channel {attempt}: {word}")
    (record,) = log.records
    assert (record.name, record.levelname) == ("graph.store", "ERROR")
    assert record.getMessage().startswith("the store does not answer: ")


def test_a_traceback_in_a_message_is_shortened_to_its_exception(
    log: pytest.LogCaptureFixture,
) -> None:
    two_lines = text_of(ValueError("a.b\nsecond"))
    engine.warning(f"Exception polling schedules: {two_lines}")
    engine.warning(f"Exception polling: {text_of(KeyError('k'))}")
    assert log.messages == [
        "Exception polling schedules: ValueError: a.b",
        "Exception polling: KeyError: 'k'",
    ]


def test_what_is_repeated_is_logged_once(log: pytest.LogCaptureFixture) -> None:
    for _ in range(10):
        engine.error("failed", exc_info=ValueError("one"))
        engine.error("failed", exc_info=ValueError("two"))
    assert [record.exc_info and str(record.exc_info[1]) for record in log.records] == ["one", "two"]


def test_afterwards_the_log_is_as_before() -> None:
    with shortened_log(Outage(engine, "the store")):
        before = list(engine.filters)
    assert len(engine.filters) == len(before) - 1
