"""The database: short transactions on a few threads, each with a deadline, off the event loop."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store.clock import StoreClock
from graph.store.schema import upgrade
from graph.store.tables import OPERATIONS

T = TypeVar("T")

_AT_ONCE: Final = 4
_THREADS: Final = 8
"""More than run at once: one that has timed out may still hang in the driver."""
_SECONDS: Final = 10.0
_LOCKED: Final = 60.0
"""Seconds that opening waits for other servers, which may be many and open one by one."""
_LOOK: Final = 0.02
_QUEUED: Final = 60.0
"""Seconds that a transaction waits for a free slot."""
_SKEW: Final = 86_400.0
"""Seconds. Stored times that are further ahead come from a clock that was wrong."""
_IDLE: Final = 1.0
"""Seconds after which an idle connection is tested before it is used again."""
_LOCK: Final = 4_711_042
"""The key of our PostgreSQL advisory lock."""
_DETAIL: Final = re.compile(r"\n(DETAIL|CONTEXT|HINT|QUERY|WHERE):[^\n]*")
"""Lines of PostgreSQL's messages that may quote values."""
_POSTGRES: Final = {
    "connect_timeout": int(_SECONDS / 2),
    # Detects a database server that has vanished, and ends statements that hang.
    "tcp_user_timeout": int(500 * _SECONDS),
    "options": f"-c statement_timeout={int(800 * _SECONDS)}",
}


class Database:
    """SQLite in a file, or PostgreSQL. Raises Upstream if it does not answer in time."""

    def __init__(self, url: str) -> None:
        self.url = driver_url(url)
        self._engine: sa.Engine | None = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")
        # Heartbeats do not queue: a busy server would look dead.
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="store-beats")
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._clock = StoreClock()

    async def __aenter__(self) -> Self:
        try:
            await self._run(self._open, self._threads, _SECONDS + _LOCKED)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        for threads in (self._threads, self._lane):
            await asyncio.to_thread(threads.shutdown, cancel_futures=True)
        if self._engine is not None:
            await asyncio.to_thread(self._engine.dispose)

    def now(self) -> float:
        """Seconds since the epoch. On PostgreSQL by the database's clock, as of the last upkeep."""
        if self.url.get_backend_name() == "sqlite":
            return self._clock.follow(time.time())
        return self._clock.now()

    def read_clock(self, connection: sa.Connection) -> None:
        """Corrects the time by the database's clock and by what it has stored."""
        if connection.dialect.name == "postgresql":
            epoch = sa.extract("epoch", sa.func.clock_timestamp())
            self._clock.follow(float(connection.scalar(sa.select(epoch)) or 0.0))
        newest = connection.scalar(sa.select(sa.func.max(OPERATIONS.c.created_at)))
        if newest is not None and newest - self.now() < _SKEW:
            self._clock.follow(newest)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the lock under which one process at a time changes the schema. Blocks."""
        if self.url.get_backend_name() == "sqlite":
            with _file_lock(f"{self.url.database}.lock"):
                yield
        else:
            with self._opened().connect() as connection:
                # Outside a transaction, and polling instead of waiting in a statement: DBOS creates
                # indexes concurrently, which waits for all open transactions and statements.
                connection.execution_options(isolation_level="AUTOCOMMIT")
                asked = sa.select(sa.func.pg_try_advisory_lock(_LOCK))
                try:
                    _until(lambda: bool(connection.scalar(asked)), "the store")
                    yield
                finally:
                    connection.invalidate()  # closed, which releases the lock in any case

    async def rows(self, statement: sa.Select[Any]) -> list[sa.RowMapping]:
        return await self.transact(lambda c: list(c.execute(statement).mappings()))

    async def write(
        self,
        statement: sa.Executable,
        given: dict[str, Any] | None = None,
        *,
        durable: bool = False,
    ) -> None:
        await self.transact(lambda c: c.execute(statement, given) and None, durable=durable)

    async def transact(
        self, work: Callable[[sa.Connection], T], *, at_once: bool = False, durable: bool = False
    ) -> T:
        """``at_once``: on a thread of its own, ahead of all that wait.

        ``durable``: on disk when it returns, so that it survives a power failure.
        """
        within = partial(self._within, work, durable=durable)
        if at_once:
            return await self._run(within, self._lane)
        try:
            async with asyncio.timeout(_QUEUED):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Upstream("the server's store is too busy; try again") from error
        try:
            return await self._run(within, self._threads)
        finally:
            self._turns.release()

    def _within(self, work: Callable[[sa.Connection], T], *, durable: bool) -> T:
        with self._opened().connect() as connection:
            if durable:
                self._synchronous(connection, "FULL")
            try:
                with connection.begin():
                    return work(connection)
            finally:
                if durable:
                    self._synchronous(connection, "NORMAL")

    def _synchronous(self, connection: sa.Connection, how: str) -> None:
        """For SQLite, between transactions: within one it has no effect."""
        driver = connection.connection.driver_connection
        if driver is not None and self.url.get_backend_name() == "sqlite":
            driver.rollback()  # a failed commit leaves its transaction open
            driver.execute(f"PRAGMA synchronous={how}")

    def _opened(self) -> sa.Engine:
        if self._engine is None:
            raise Upstream("the store is not open")
        return self._engine

    async def _run(
        self, work: Callable[[], T], threads: ThreadPoolExecutor, seconds: float = _SECONDS
    ) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                return await loop.run_in_executor(threads, work)
        except (
            sa.exc.OperationalError,
            sa.exc.InterfaceError,
            sa.exc.InternalError,
            sa.exc.TimeoutError,
            TimeoutError,
        ) as error:
            raise Upstream("the server's store does not answer; try again") from error

    def _open(self) -> None:
        hide_values()
        if self.url.get_backend_name() == "sqlite":
            prepare_file(str(self.url.database))
            self._engine = sa.create_engine(
                self.url, connect_args={"timeout": _SECONDS / 2}, hide_parameters=True
            )
            sa.event.listen(self._engine, "connect", _wal)
        else:
            self._engine = sa.create_engine(
                self.url,
                pool_size=_THREADS + 1,
                pool_use_lifo=True,
                connect_args=_POSTGRES,
                hide_parameters=True,
            )
            _ping_the_idle(self._engine)
        with self.alone(), self._engine.begin() as connection:
            upgrade(connection)
            self.read_clock(connection)


def hide_values() -> None:
    """Keeps what is stored out of the messages of database errors, for all engines.

    ``hide_parameters`` does so for the statement's parameters, but PostgreSQL's own message quotes
    the row or key that it rejects.
    """
    if not sa.event.contains(sa.Engine, "handle_error", _without_detail):
        sa.event.listen(sa.Engine, "handle_error", _without_detail)


def _without_detail(context: sa.engine.ExceptionContext) -> None:
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (_DETAIL.sub("", error.args[0]), *error.args[1:])


def driver_url(url: str) -> sa.URL:
    """The URL with the installed driver."""
    made = sa.make_url(url)
    return made.set(drivername="postgresql+psycopg") if made.drivername == "postgresql" else made


def prepare_file(path: str) -> None:
    """Creates the file and its folder, readable only by the server's user."""
    file = Path(path)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


@contextmanager
def _file_lock(path: str) -> Iterator[None]:
    """Released when the process ends at the latest. Raises TimeoutError if another holds it."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _until(lambda: _locked(handle), path)
        yield
    finally:
        os.close(handle)


def _until(locked: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + _LOCKED
    while not locked():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} is locked by another process")
        time.sleep(_LOOK)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wal(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    # First, because switching to WAL takes a lock: it should wait for others instead of failing.
    connection.execute(f"PRAGMA busy_timeout={int(500 * _SECONDS)}")
    connection.execute("PRAGMA journal_mode=WAL")
    # Commits reach the cache of the operating system, which outlives the process, but not yet the
    # disk: a busy one took 6 ms, and SQLite commits one at a time. A power failure loses only the
    # newest.
    connection.execute("PRAGMA synchronous=NORMAL")


def _ping_the_idle(engine: sa.Engine) -> None:
    """Like ``pool_pre_ping``, but only for idle connections: under load it costs the most."""
    dialect = engine.dialect

    @sa.event.listens_for(engine, "checkin")
    def used(_connection: object, record: Any) -> None:  # noqa: ANN401 - the pool's
        record.info["used"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401 - the driver's
        if time.monotonic() - record.info.get("used", 0.0) < _IDLE:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:  # the pool takes another or opens one
            raise sa.exc.DisconnectionError from error
