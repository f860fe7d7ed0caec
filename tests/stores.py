"""The URL of a store of a test's own, on SQLite and on PostgreSQL."""

from __future__ import annotations

import atexit
import os
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from dbos import DBOS

from graph.store import open_store
from graph.store.engines import connect, driver_url
from graph.store.schema import upgrade

POSTGRES = os.environ.get("DATASYNC_API_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@contextmanager
def store_url(kind: str, folder: Path, *, empty: bool = False) -> Iterator[str]:
    """A file in the folder, or a database that is dropped at the end.

    ``empty``: without the tables that servers of this version would make at their start.
    """
    if kind == "sqlite":
        file = folder / "db.sqlite"
        yield f"sqlite:///{file}" if empty else migrated_file(file)
        return
    with fresh_database(empty=empty) as url:
        yield url


def migrated_file(file: Path) -> str:
    """The URL of a file, which is made unless it exists."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(0o600)
        file.write_bytes(_migrated_bytes())
    return f"sqlite:///{file}"


@contextmanager
def fresh_database(*, empty: bool = False) -> Iterator[str]:
    """A database of the test's own on PostgreSQL, dropped at the end."""
    name = f"t_{uuid.uuid4().hex}"
    _execute(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {_migrated_database()}"))
    try:
        yield _url_of(name)
    finally:
        _drop(name)


@cache
def _migrated_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "db.sqlite")
        _migrate(f"sqlite:///{file}")
        return file.read_bytes()


@cache
def _migrated_database() -> str:
    """The name of a database that is copied: that takes a tenth of the time of the migrations."""
    name = f"t_{uuid.uuid4().hex}"
    _execute(f"CREATE DATABASE {name}")
    atexit.register(_drop, name)
    _migrate(_url_of(name))
    return name


def _migrate(url: str) -> None:
    """Creates the tables of the store and of the engine, in a thread as it takes some time."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(_migrate_here, url).result(60)


def _migrate_here(url: str) -> None:
    engine = connect(driver_url(url), 1)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    DBOS.migrate(url)


def _execute(statement: str) -> None:
    try:
        with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3) as connection:
            connection.execute(statement.encode())
    except psycopg.OperationalError:
        if os.environ.get("DATASYNC_API_REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no PostgreSQL at {POSTGRES}")


def _drop(name: str) -> None:
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _url_of(name: str) -> str:
    return POSTGRES.rpartition("/")[0] + f"/{name}"


def change(url: str, *statements: str) -> None:
    engine = sa.create_engine(driver_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


async def opened(url: str) -> None:
    async with open_store(url) as store:
        await store.operations.unended()
