"""The store of operations, with their names and events."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from graph.model.errors import NameTaken, NotFound, Upstream
from graph.store import statements
from graph.store.keys import Key, Keys
from graph.store.lists import Lists, OperationRow
from graph.store.quota import Quota
from graph.store.replicas import Replicas
from graph.store.tables import NAME, OPERATIONS

_LATELY: Final = 60.0
"""More seconds than the clocks of two replicas are apart, and a list of movers takes."""

_LOOKED_UP: Final = 5.0
"""Seconds in which a store that lost an answer has to tell what became of it."""

Parts = list[tuple[str, str | None]]
"""Locations, each with the role that was made for it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What became of a wish to begin an operation."""

    operation_id: str
    row: OperationRow | None
    """As it was recorded; None where its key had led to that operation before."""
    recheck: bool
    """A mover of that name was made so lately that a list read before may not show it."""


class Store(Keys, Lists, Replicas):
    """SQLite in a file, or PostgreSQL. Raises Upstream where it does not answer in time."""

    async def begin_operation(
        self, values: dict[str, Any], key: Key | None = None, quota: Quota | None = None
    ) -> Begun:
        """Records an operation, its reservation and its key together.

        Raises NameTaken where another operation holds the reservation, Conflict where the key was
        used with another input, QuotaExceeded where those before it take the room.
        """
        now = time.time()
        row = {"status": "CREATED", "created_at": now, "updated_at": now, **values}
        row["requested_by"] = str(row["requested_by"])[:NAME]
        made = OperationRow({**dict.fromkeys(OPERATIONS.c.keys()), **row}, ())

        sent, given_up = threading.Event(), threading.Event()

        def begin(connection: sa.Connection) -> Begun:
            if quota is not None:
                quota.wait_for_turn(connection, row["account_id"])
            connection.execute(statements.NEW, row)
            if key is not None:
                connection.execute(statements.NEW_KEY, _settled(key, row["id"], now))
            if quota is not None:
                quota.check(connection, row)
            lately = connection.execute(statements.LATELY_MADE, _names(row, now - _LATELY))
            recheck = lately.first() is not None
            sent.set()  # only the commit follows
            if given_up.is_set():
                raise Upstream("nobody waits for it any more")
            return Begun(row["id"], made, recheck)

        try:
            return await self.transact(begin, durable=True)
        except sa.exc.IntegrityError:
            before = await self.key_result(key) if key is not None else None
            if before is not None:
                return Begun(before, None, recheck=False)
            raise NameTaken(
                f"another operation on the mover '{values['mover_name']}' is under way"
            ) from None
        except Upstream:
            given_up.set()
            if not sent.is_set():  # and never will be
                raise
            await self._look_up(row["id"])
            # What was read of the name before is old by now.
            return Begun(row["id"], made, recheck=True)

    async def _look_up(self, operation_id: str) -> None:
        """Whether a commit whose answer was lost has come to pass. Raises Upstream."""
        try:
            async with asyncio.timeout(_LOOKED_UP):
                if await self.rows(
                    sa.select(OPERATIONS.c.id).where(OPERATIONS.c.id == operation_id)
                ):
                    return
        except (Upstream, TimeoutError):
            pass  # it is still as unknown
        raise Upstream(
            "the server's store does not answer, and may have accepted this: look whether it did "
            "before trying again; with an idempotency key, trying again is safe"
        )

    async def event(self, operation_id: str, *messages: str) -> bool:
        """Notes what an operation does now; False where it said all of that before."""

        def note(connection: sa.Connection) -> bool:
            # The update comes first: its lock lets one at a time count the events.
            connection.execute(statements.RUNS, {"wanted": operation_id, "now": time.time()})
            return _append(connection, operation_id, messages)

        # What a step is about to try has to be known afterwards, or it would not look for it.
        return await self.transact(note, durable=True)

    async def set_task(self, operation_id: str, task_arn: str | None) -> None:
        given = {"wanted": operation_id, "task": task_arn, "now": time.time()}
        await self.write(statements.HAS_TASK, given)

    async def set_parts(self, operation_id: str, parts: Parts) -> None:
        """What a deletion has to delete beside the task, kept until that is done."""
        given = {"wanted": operation_id, "left": json.dumps(parts)}
        await self.write(statements.HAS_PARTS, given)

    async def end_operation(
        self, operation_id: str, failure: str | None, *messages: str, at: float | None = None
    ) -> None:
        """Completed, or failed with a reason; the reservation is given back."""
        await self.transact(lambda c: _end(c, operation_id, failure, messages, at))

    async def end_deletion(self, operation_id: str) -> None:
        """Completed: whoever tried before to delete the same has left nothing either."""

        def end(connection: sa.Connection) -> None:
            _end(connection, operation_id, None, (), None)
            connection.execute(statements.NOTHING_LEFT, {"wanted": operation_id})

        await self.transact(end)

    async def operation(self, operation_id: str) -> OperationRow:
        """Raises NotFound where there never was one, or it is forgotten."""

        def read(connection: sa.Connection) -> OperationRow:
            row = (
                connection.execute(statements.OPERATION, {"wanted": operation_id})
                .mappings()
                .first()
            )
            if row is None:
                raise NotFound("operation not found")
            events = connection.execute(statements.ITS_EVENTS, {"wanted": operation_id})
            return OperationRow(row, tuple((at, message) for at, message in events))

        return await self.transact(read)

    async def unended(self) -> list[sa.RowMapping]:
        """Operations that have not ended, the oldest first."""
        alive = sa.select(OPERATIONS).where(OPERATIONS.c.ended_at.is_(None))
        return await self.rows(alive.order_by(OPERATIONS.c.created_at))

    async def lost(
        self, but: Collection[str], *, created_before: float, silent_since: float
    ) -> list[sa.RowMapping]:
        """Operations that have not begun by then, or that tell nothing new since; at most 100.

        Without those whose ids are given.
        """
        not_begun = (OPERATIONS.c.status == "CREATED") & (OPERATIONS.c.created_at < created_before)
        found = sa.select(OPERATIONS).where(
            OPERATIONS.c.ended_at.is_(None),
            not_begun | (OPERATIONS.c.updated_at < silent_since),
            OPERATIONS.c.id.not_in(list(but)),
        )
        return await self.rows(found.order_by(OPERATIONS.c.created_at).limit(100))

    async def holder(self, reservation: str) -> sa.RowMapping | None:
        """The operation that holds a reservation now."""
        rows = await self.rows(sa.select(OPERATIONS).where(OPERATIONS.c.reservation == reservation))
        return rows[0] if rows else None

    async def deletion(
        self, account_id: str, *, named: tuple[str | None, str] | None, task_arn: str | None
    ) -> sa.RowMapping | None:
        """The last deletion of a mover, by group and name or by its task, that left something.

        It is under way, or has failed with parts that are still to be deleted.
        """
        ended, parts = OPERATIONS.c.ended_at, OPERATIONS.c.parts
        wanted = sa.select(OPERATIONS).where(
            OPERATIONS.c.account_id == account_id,
            OPERATIONS.c.kind == "DELETE_MOVER",
            ended.is_(None) | parts.is_not(None),
        )
        if named is not None:
            group, name = named
            wanted = wanted.where(
                OPERATIONS.c.mover_group == group, OPERATIONS.c.mover_name == name
            )
        if task_arn is not None:
            wanted = wanted.where(OPERATIONS.c.task_arn == task_arn)
        rows = await self.rows(wanted.order_by(OPERATIONS.c.created_at.desc()).limit(1))
        return rows[0] if rows else None


def parts_of(kept: str | None) -> Parts | None:
    """What a deletion has left, of a row; None where it never came so far as to read it."""
    return None if kept is None else [(location, role) for location, role in json.loads(kept)]


def _append(connection: sa.Connection, operation_id: str, messages: Sequence[str]) -> bool:
    said = connection.execute(statements.ITS_MESSAGES, {"wanted": operation_id})
    before = list(said.scalars())
    fresh = [message for message in messages if message not in before]
    rows = [
        {"operation_id": operation_id, "position": index, "message": message, "at": time.time()}
        for index, message in enumerate(fresh, start=len(before) + 1)
    ]
    if rows:
        connection.execute(statements.NEW_EVENTS, rows)
    return bool(rows)


def _end(
    connection: sa.Connection,
    operation_id: str,
    failure: str | None,
    messages: Sequence[str],
    at: float | None,
) -> None:
    if messages:
        _append(connection, operation_id, messages)
    now = time.time() if at is None else at  # after the last event
    how = "FAILED" if failure else "COMPLETED"
    given = {"wanted": operation_id, "now": now, "how": how, "why": failure}
    connection.execute(statements.ENDS, given)


def _names(row: dict[str, Any], since: float) -> dict[str, Any]:
    return {
        "account": row["account_id"],
        "group": row["mover_group"],
        "name": row["mover_name"],
        "since": since,
    }


def _settled(key: Key, result: str, now: float) -> dict[str, Any]:
    return {
        "key": key.hashed,
        "fingerprint": key.fingerprint,
        "result": result,
        "claimed_at": now,
        "created_at": now,
    }
