"""The URL of a store of a test's own, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from graph.store import open_store
from graph.store.engines import driver_url

POSTGRES = os.environ.get("DATASYNC_API_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@contextmanager
def store_url(kind: str, folder: Path) -> Iterator[str]:
    """A file in the folder, or a database that is dropped at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/db.sqlite"
        return
    with fresh_database() as url:
        yield url


@contextmanager
def fresh_database() -> Iterator[str]:
    """A database of the test's own on PostgreSQL, dropped at the end."""
    name = f"t_{uuid.uuid4().hex}"
    try:
        with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError:
        if os.environ.get("DATASYNC_API_REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no PostgreSQL at {POSTGRES}")
    try:
        yield POSTGRES.rpartition("/")[0] + f"/{name}"
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def change(url: str, *statements: str) -> None:
    engine = sa.create_engine(driver_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


async def opened(url: str) -> None:
    async with open_store(url) as store:
        await store.operations.unended()
