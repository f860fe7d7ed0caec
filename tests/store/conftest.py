"""Stores of the tests of this package: an empty one and a released one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from graph.store import Store, open_store
from graph.store.engines import driver_url
from tests.stores import BOTH, store_url

RELEASED = Path(__file__).with_name("released")


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with store_url(request.param, tmp_path, empty=True) as made:
        yield made


@pytest.fixture
def released(url: str) -> str:
    """A store as the servers before schema revisions left it."""
    made = driver_url(url)
    script = (RELEASED / f"{made.get_backend_name()}.sql").read_text(encoding="utf-8")
    if made.get_backend_name() == "sqlite":
        import sqlite3  # noqa: PLC0415 - for this branch

        connection = sqlite3.connect(str(made.database))
        connection.executescript(script)
        connection.close()
    else:
        with psycopg.connect(url, autocommit=True) as postgres:
            postgres.execute(script.encode())
    return url


@pytest.fixture(params=BOTH)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    with store_url(request.param, tmp_path) as made:
        async with open_store(made) as opened:
            yield opened
