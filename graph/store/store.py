"""The store: short statements on a few threads, each with a time-out, never on the event loop."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa

from graph.model.errors import Conflict, NameTaken, NotFound, Upstream
from graph.model.operation import OperationFilter, OperationPlace
from graph.store import search
from graph.store.tables import BEATS, EVENTS, KEYS, METADATA, NOTES, OPERATIONS

T = TypeVar("T")

_THREADS: Final = 4
_SECONDS: Final = 10.0
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class RunNote:
    """Who did what to a run through this deployment."""

    started_by: str | None
    cancelled_by: str | None


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation as it is kept, with its events, the oldest first."""

    values: sa.RowMapping
    events: tuple[tuple[float, str], ...]


class Store:
    """SQLite in a file, or PostgreSQL. Raises Upstream where it does not answer in time."""

    def __init__(self, url: str) -> None:
        self.url = driver_url(url)
        self._engine: sa.Engine | None = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")

    async def __aenter__(self) -> Self:
        await self._run(self._open)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        if self._engine is not None:
            await asyncio.to_thread(self._engine.dispose)

    async def begin_operation(self, values: dict[str, Any]) -> None:
        """Records an operation and takes its reservation. Raises NameTaken where that is held."""
        now = time.time()
        row = {"status": "CREATED", "created_at": now, "updated_at": now, **values}
        try:
            await self._write(sa.insert(OPERATIONS).values(row))
        except sa.exc.IntegrityError:
            raise NameTaken(
                f"another operation on the mover '{values['mover_name']}' is under way"
            ) from None

    async def event(self, operation_id: str, message: str) -> bool:
        """Notes what an operation does now; False where it said so before."""

        def note(connection: sa.Connection) -> bool:
            now = time.time()
            seen = sa.select(EVENTS.c.at).where(
                EVENTS.c.operation_id == operation_id, EVENTS.c.message == message
            )
            if connection.execute(seen).first():
                return False
            connection.execute(
                sa.insert(EVENTS).values(operation_id=operation_id, message=message, at=now)
            )
            connection.execute(
                sa.update(OPERATIONS)
                .where(OPERATIONS.c.id == operation_id)
                .values(status="RUNNING", updated_at=now)
            )
            return True

        return await self._transact(note)

    async def set_task(self, operation_id: str, task_arn: str | None) -> None:
        await self._write(_of(operation_id).values(task_arn=task_arn, updated_at=time.time()))

    async def end_operation(self, operation_id: str, failure: str | None) -> None:
        """Completed, or failed with a reason; the reservation is given back."""
        now = time.time()
        status = "FAILED" if failure else "COMPLETED"
        await self._write(
            _of(operation_id).values(
                status=status, failure=failure, ended_at=now, updated_at=now, reservation=None
            )
        )

    async def operation(self, operation_id: str) -> OperationRow:
        """Raises NotFound where there never was one, or it is forgotten."""
        rows = await self._rows(sa.select(OPERATIONS).where(OPERATIONS.c.id == operation_id))
        if not rows:
            raise NotFound("operation not found")
        events = sa.select(EVENTS.c.at, EVENTS.c.message).where(
            EVENTS.c.operation_id == operation_id
        )
        found = await self._rows(events.order_by(EVENTS.c.at))
        return OperationRow(rows[0], tuple((row["at"], row["message"]) for row in found))

    async def operations(
        self,
        wanted: OperationFilter,
        changed_after: float,
        first: int,
        after: OperationPlace | None = None,
    ) -> list[OperationRow]:
        """A page, the newest first, without what ended and last changed before that moment."""
        rows = await self._rows(search.page_of(wanted, changed_after, first, after))
        events: dict[str, list[tuple[float, str]]] = {row["id"]: [] for row in rows}
        for event in await self._rows(search.events_of(events)):
            events[event["operation_id"]].append((event["at"], event["message"]))
        return [OperationRow(row, tuple(events[row["id"]])) for row in rows]

    async def keeps(self, operation_id: str, changed_after: float) -> bool:
        """False for what ended, last changed before that moment, and no key leads to."""
        return bool(await self._rows(search.kept(operation_id, changed_after)))

    async def unended(self) -> list[sa.RowMapping]:
        """Operations that have not ended, the oldest first."""
        alive = sa.select(OPERATIONS).where(OPERATIONS.c.ended_at.is_(None))
        return await self._rows(alive.order_by(OPERATIONS.c.created_at))

    async def unswept(
        self, ended_before: float, most: int, but: Iterable[str] = ()
    ) -> list[sa.RowMapping]:
        """At most so many ended creates whose leftovers nobody looked for, the oldest first.

        Without those of the accounts ``but``.
        """
        return await self._rows(search.unswept(ended_before, most, but))

    async def note_swept(self, operation_ids: Iterable[str]) -> None:
        mine = OPERATIONS.c.id.in_(list(operation_ids))
        await self._write(sa.update(OPERATIONS).where(mine).values(swept_at=time.time()))

    async def forget(self, changed_before: float) -> list[str]:
        """Drops what ended and last changed before that moment, and keys older than a day.

        A create stays until it was swept, for a day at most.
        """

        def drop(connection: sa.Connection) -> list[str]:
            old = search.forgettable(changed_before, changed_before - _DAY)
            ids = list(connection.execute(old).scalars())
            for table, column in ((EVENTS, EVENTS.c.operation_id), (OPERATIONS, OPERATIONS.c.id)):
                connection.execute(sa.delete(table).where(column.in_(ids)))
            connection.execute(sa.delete(KEYS).where(KEYS.c.created_at < time.time() - _DAY))
            return ids

        return await self._transact(drop)

    async def claim_key(self, key: str, fingerprint: str) -> str | None:
        """None for a new key, else the result it led to. Raises Conflict for another input."""
        values = {"key": key, "fingerprint": fingerprint, "created_at": time.time()}
        try:
            await self._write(sa.insert(KEYS).values(values))
        except sa.exc.IntegrityError:
            rows = await self._rows(sa.select(KEYS).where(KEYS.c.key == key))
            if not rows or rows[0]["fingerprint"] != fingerprint:
                raise Conflict("this idempotency key was used with another input") from None
            if rows[0]["result"] is None:
                raise Conflict("a request with this idempotency key is under way") from None
            return str(rows[0]["result"])
        return None

    async def settle_key(self, key: str, result: str | None) -> None:
        """Keeps what a claimed key led to; None gives it back."""
        mine = KEYS.c.key == key
        statement = (
            sa.delete(KEYS).where(mine)
            if result is None
            else sa.update(KEYS).where(mine).values(result=result)
        )
        await self._write(statement)

    async def note_started(self, run_arn: str, by: str) -> None:
        await self._note(run_arn, started_by=by)

    async def note_cancelled(self, run_arn: str, by: str | None) -> None:
        await self._note(run_arn, cancelled_by=by)

    async def run_notes(self, run_arns: Iterable[str]) -> dict[str, RunNote]:
        """What is known of those runs; the others are left out."""
        rows = await self._rows(sa.select(NOTES).where(NOTES.c.run_arn.in_(list(run_arns))))
        return {row["run_arn"]: RunNote(row["started_by"], row["cancelled_by"]) for row in rows}

    async def beat(self, replica: str) -> dict[str, int]:
        """Counts this replica's heartbeat up; gives those of all."""

        def count(connection: sa.Connection) -> dict[str, int]:
            up = sa.update(BEATS).where(BEATS.c.id == replica).values(beat=BEATS.c.beat + 1)
            if not connection.execute(up).rowcount:
                connection.execute(sa.insert(BEATS).values(id=replica, beat=0))
            return {row.id: row.beat for row in connection.execute(sa.select(BEATS))}

        return await self._transact(count)

    async def bury(self, replica: str) -> None:
        await self._write(sa.delete(BEATS).where(BEATS.c.id == replica))

    async def _note(self, run_arn: str, **values: str | None) -> None:
        def upsert(connection: sa.Connection) -> None:
            change = sa.update(NOTES).where(NOTES.c.run_arn == run_arn).values(**values)
            if not connection.execute(change).rowcount:
                new = sa.insert(NOTES).values(run_arn=run_arn, at=time.time(), **values)
                connection.execute(new)

        await self._transact(upsert)

    async def _rows(self, statement: sa.Select[Any]) -> list[sa.RowMapping]:
        return await self._transact(lambda c: list(c.execute(statement).mappings()))

    async def _write(self, statement: sa.Executable) -> None:
        await self._transact(lambda connection: connection.execute(statement) and None)

    async def _transact(self, work: Callable[[sa.Connection], T]) -> T:
        return await self._run(partial(self._within, work))

    def _within(self, work: Callable[[sa.Connection], T]) -> T:
        if self._engine is None:
            raise Upstream("the store is not open")
        with self._engine.begin() as connection:
            return work(connection)

    async def _run(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_SECONDS):
                return await loop.run_in_executor(self._threads, work)
        except (sa.exc.OperationalError, TimeoutError) as error:
            raise Upstream("the server's store does not answer; try again") from error

    def _open(self) -> None:
        if self.url.get_backend_name() == "sqlite":
            prepare_file(str(self.url.database))
            self._engine = sa.create_engine(self.url, connect_args={"timeout": _SECONDS / 2})
            sa.event.listen(self._engine, "connect", _wal)
        else:
            self._engine = sa.create_engine(
                self.url,
                pool_pre_ping=True,
                pool_size=_THREADS,
                connect_args={"connect_timeout": int(_SECONDS / 2)},
            )
        METADATA.create_all(self._engine)


def driver_url(url: str) -> sa.URL:
    """The URL with the driver that is installed."""
    made = sa.make_url(url)
    return made.set(drivername="postgresql+psycopg") if made.drivername == "postgresql" else made


def prepare_file(path: str) -> None:
    """The file and its folder, readable by the server's user alone."""
    file = Path(path)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _wal(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    connection.execute("PRAGMA journal_mode=WAL")


def _of(operation_id: str) -> sa.Update:
    return sa.update(OPERATIONS).where(OPERATIONS.c.id == operation_id)
