"""The cause of an outage names what is wrong, and holds neither passwords nor stored values."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
import pytest_asyncio
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import Replicas
from graph.store.causes import cause_of
from graph.store.database import Database

URL: Final = "postgresql+psycopg://me:hunter2@127.0.0.1/none"
REFUSED: Final = (
    'connection to server at "127.0.0.1", port 1 failed: Connection refused\n\tIs it up?'
)
CAUSES: Final = {
    "refused": (psycopg.OperationalError(REFUSED), "Connection refused Is it up?"),
    "authentication": (
        psycopg.OperationalError('FATAL:  password authentication failed for user "me"'),
        "password authentication failed",
    ),
    "disk full": (sqlite3.OperationalError("database or disk is full"), "disk is full"),
    "statement timeout": (
        psycopg.errors.QueryCanceled("canceling statement due to statement timeout"),
        "statement timeout",
    ),
}


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(f"sqlite:///{tmp_path}/db.sqlite") as opened:
        yield opened


@pytest.mark.parametrize("kind", CAUSES)
async def test_an_outage_is_logged_with_what_the_driver_says(
    database: Database, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    driver_error, text = CAUSES[kind]

    def fail(_connection: sa.Connection) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, driver_error)

    for _ in range(5):
        with pytest.raises(Upstream):
            await database.transact(fail)
    (begun,) = caplog.messages
    assert begun.startswith("the store does not answer: ")
    assert text in begun
    assert database.outage.cause
    await database.rows(sa.select(1))
    assert database.outage.cause, "a read may succeed while writes fail"
    await Replicas(database).beat("me")
    assert caplog.messages[1].startswith("the store answers again after ")
    assert database.outage.cause is None


async def test_an_error_that_the_database_answers_with_is_no_outage(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_connection: sa.Connection) -> None:
        raise Upstream("the request has been abandoned")

    with pytest.raises(Upstream):
        await database.transact(refuse)
    assert caplog.messages == []


def test_a_cause_is_one_line() -> None:
    error = sa.exc.OperationalError("SELECT 1", {}, psycopg.OperationalError(REFUSED))
    assert "\n" not in cause_of(error, URL)


def test_a_cause_without_words_is_described() -> None:
    assert cause_of(TimeoutError(), URL) == "no response in time"
    assert cause_of(OSError(), URL) == "OSError"


def test_a_password_is_left_out() -> None:
    assert cause_of(OSError("no such user me:hunter2"), URL) == "no such user me:***"
    assert cause_of(OSError("no such user me:hunter2"), "nonsense") == "no such user me:hunter2"
