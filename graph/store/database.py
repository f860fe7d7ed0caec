"""The database: short transactions on a few threads, each with a deadline, off the event loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, AsyncExitStack
from functools import partial
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa

from graph.concurrency import FairSlots, TooManyWaiting
from graph.model.errors import Upstream
from graph.observability.metrics import QUEUE_LENGTH
from graph.observability.outages import Outage
from graph.store import engines
from graph.store.causes import cause_of
from graph.store.clock import StoreClock
from graph.store.engines import SECONDS, driver_url
from graph.store.locks import LOCK_SECONDS, schema_lock
from graph.store.measuring import measured, measured_wait
from graph.store.schema import current, upgrade
from graph.store.tables import OPERATIONS

log = logging.getLogger(__name__)

T = TypeVar("T")

CONNECTIONS: Final = 9
"""Of which one is for heartbeats."""
_WAITING: Final = 2_000
"""Transactions of one caller that wait for a slot."""
_QUEUED: Final = 60.0
"""Seconds that a transaction waits for a free slot."""
_SKEW: Final = 86_400.0
"""Seconds. Stored times that are further ahead come from a clock that was wrong."""


class Database:
    """SQLite in a file, or PostgreSQL. Raises Upstream if it does not answer in time."""

    def __init__(self, url: str, connections: int = CONNECTIONS) -> None:
        """``connections``: at most, for PostgreSQL. At least three."""
        self._url, self._connections = driver_url(url), connections
        self._engine: sa.Engine | None = None
        self._single: sa.Engine | None = None
        """With the same connections, for single statements. None where they cost no less."""
        threads = connections - 1
        # More than run at once: one that has timed out may still hang in the driver.
        at_once = max(1, threads // 2)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")
        # Heartbeats do not queue: a busy server would look dead.
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="store-beats")
        # If all of one caller are slow, others still have one.
        per_caller = max(1, at_once - 1)
        self._turns = FairSlots(
            at_once, per_caller=per_caller, waiting=_WAITING, length=QUEUE_LENGTH.labels("store")
        )
        self._clock = StoreClock()
        self.outage = Outage(log, "the store")
        """Begins with any failure, and ends with a heartbeat: a full disk can still be read."""

    async def __aenter__(self) -> Self:
        try:
            await self._in_time(self._open, self._threads, SECONDS + LOCK_SECONDS)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        for threads in (self._threads, self._lane):
            await asyncio.to_thread(threads.shutdown, cancel_futures=True)
        if self._engine is not None:
            await asyncio.to_thread(self._engine.dispose)

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def url(self) -> str:
        """As it was configured, with the password: not for logs."""
        plain = self._url.set(drivername=self._url.get_backend_name())
        return plain.render_as_string(hide_password=False)

    def now(self) -> float:
        """Seconds since the epoch. On PostgreSQL by the database's clock, as of the last upkeep."""
        if self.is_sqlite:
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

    def alone(self) -> AbstractContextManager[None]:
        """Holds the lock under which one process at a time changes the schema. Blocks."""
        return schema_lock(self._opened())

    async def rows(
        self, statement: sa.Select[Any], given: dict[str, Any] | None = None
    ) -> list[sa.RowMapping]:
        return await self.transact(
            lambda c: list(c.execute(statement, given).mappings()), single=True
        )

    async def write(
        self,
        statement: sa.Executable,
        given: dict[str, Any] | None = None,
        *,
        durable: bool = False,
    ) -> None:
        await self.transact(
            lambda c: c.execute(statement, given) and None, durable=durable, single=True
        )

    async def transact(
        self,
        work: Callable[[sa.Connection], T],
        *,
        at_once: bool = False,
        durable: bool = False,
        single: bool = False,
    ) -> T:
        """Runs ``work`` in a transaction, when it is the turn of the caller that it is done for.

        ``at_once``: for heartbeats, on a thread of their own, ahead of all that wait.

        ``durable``: on disk when it returns, so that it survives a power failure.

        ``single``: ``work`` executes one statement on PostgreSQL, which is a transaction by itself:
        one message to the database and back instead of three.
        """
        if single and self._single is not None:
            within = partial(_alone, self._single, work)
        else:
            within = partial(self._within, work, durable=durable)
        if at_once:
            with measured():
                result = await self._run(within, self._lane)
            self.outage.succeeded()
            return result
        async with AsyncExitStack() as stack:
            with measured_wait():
                await self._take_turn(stack)
            with measured():
                return await self._run(within, self._threads)

    async def _take_turn(self, stack: AsyncExitStack) -> None:
        """Holds a slot until the stack is closed. Raises Upstream if it takes too long."""
        try:
            async with asyncio.timeout(_QUEUED):
                await stack.enter_async_context(self._turns.slot())
        except (TimeoutError, TooManyWaiting) as error:
            raise Upstream("The server's store is too busy. Try again.") from error

    async def revision(self) -> str | None:
        """The revision of the schema, read like a heartbeat: ahead of all that wait."""
        return await self._run(partial(self._within, current, durable=False), self._lane)

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
        if driver is not None and self.is_sqlite:
            driver.rollback()  # a failed commit leaves its transaction open
            driver.execute(f"PRAGMA synchronous={how}")

    def _opened(self) -> sa.Engine:
        if self._engine is None:
            raise Upstream("The store is not open.")
        return self._engine

    async def _run(self, work: Callable[[], T], threads: ThreadPoolExecutor) -> T:
        try:
            return await self._in_time(work, threads, SECONDS)
        except Upstream as error:
            if error.__cause__ is not None:  # else it is an answer of ``work``
                self.outage.failed(cause_of(error.__cause__, self._url))
            raise

    async def _in_time(
        self, work: Callable[[], T], threads: ThreadPoolExecutor, seconds: float
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
            raise Upstream("The server's store does not answer. Try again.") from error

    def _open(self) -> None:
        self._engine = engines.connect(self._url, self._connections)
        if not self.is_sqlite:
            self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with self.alone(), self._engine.begin() as connection:
            upgrade(connection)
            self.read_clock(connection)


def _alone(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    with engine.connect() as connection:
        return work(connection)
