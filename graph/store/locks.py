"""The lock under which one process at a time changes the schema of a store."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa

LOCK_SECONDS: Final = 60.0
"""How long to wait for it: many other servers may be opening the store one by one."""
_LOOK: Final = 0.02
_KEY: Final = 4_711_042
"""The key of our PostgreSQL advisory lock."""


@contextmanager
def schema_lock(engine: sa.Engine) -> Iterator[None]:
    """Holds the lock. Blocks. Raises TimeoutError if another process keeps it.

    It is released when the process ends at the latest.
    """
    if engine.dialect.name == "sqlite":
        with _file_lock(f"{engine.url.database}.lock"):
            yield
        return
    with engine.connect() as connection:
        # Outside a transaction, and polling instead of waiting in a statement: DBOS creates
        # indexes concurrently, which waits for all open transactions and statements.
        connection.execution_options(isolation_level="AUTOCOMMIT")
        asked = sa.select(sa.func.pg_try_advisory_lock(_KEY))
        try:
            _wait_until(lambda: bool(connection.scalar(asked)), "the store")
            yield
        finally:
            connection.invalidate()  # closed, which releases the lock in any case


@contextmanager
def _file_lock(path: str) -> Iterator[None]:
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _wait_until(lambda: _try_lock(handle), path)
        yield
    finally:
        os.close(handle)


def _wait_until(locked: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while not locked():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} is locked by another process")
        time.sleep(_LOOK)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
