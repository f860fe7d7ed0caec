"""The store of operations, with their names and events."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from graph.model.audit import AuditRecord
from graph.model.errors import NameTaken, NotFound, Upstream
from graph.store import statements
from graph.store.audit import write_line
from graph.store.ending import append_events, end
from graph.store.keys import Key, Keys
from graph.store.lists import Lists
from graph.store.quota import Quota
from graph.store.replicas import Replicas
from graph.store.stored import Parts, StoredOperation, stored_operation
from graph.store.tables import NAME, OPERATIONS

_REQUESTER: Final = ("requested_by", "requested_key", "on_behalf_of")
_LATELY: Final = 60.0
"""More seconds than the clocks of two replicas are apart, and a list of movers takes."""

_LOOKED_UP: Final = 5.0
"""Seconds in which a store that lost an answer has to tell what became of it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What became of a wish to begin an operation."""

    operation_id: str
    operation: StoredOperation | None
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
        now = self.now()
        row = {"status": "CREATED", "created_at": now, "updated_at": now, **values}
        row |= {name: str(row[name])[:NAME] for name in _REQUESTER if row.get(name)}
        made = stored_operation({**dict.fromkeys(OPERATIONS.c.keys()), **row})

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
            now = self.now()
            connection.execute(statements.RUNS, {"wanted": operation_id, "now": now})
            return append_events(connection, operation_id, messages, now)

        # What a step is about to try has to be known afterwards, or it would not look for it.
        return await self.transact(note, durable=True)

    async def set_task(self, operation_id: str, task_arn: str | None) -> None:
        given = {"wanted": operation_id, "task": task_arn, "now": self.now()}
        await self.write(statements.HAS_TASK, given)

    async def set_parts(self, operation_id: str, parts: Parts) -> None:
        """What a deletion has to delete beside the task, kept until that is done."""
        given = {"wanted": operation_id, "left": json.dumps(parts)}
        await self.write(statements.HAS_PARTS, given)

    async def end_operation(
        self, operation_id: str, failure: str | None, *messages: str, at: float | None = None
    ) -> None:
        """Completes or fails an operation, frees its reservation, and records that in the audit."""
        now = self.now() if at is None else at
        record = await self.transact(lambda c: end(c, operation_id, failure, messages, now))
        if record is not None:
            write_line(record)

    async def end_deletion(self, operation_id: str) -> None:
        """Completed: whoever tried before to delete the same has left nothing either."""

        def end_all(connection: sa.Connection) -> AuditRecord | None:
            record = end(connection, operation_id, None, (), self.now())
            connection.execute(statements.NOTHING_LEFT, {"wanted": operation_id})
            return record

        record = await self.transact(end_all)
        if record is not None:
            write_line(record)

    async def operation(self, operation_id: str) -> StoredOperation:
        """Raises NotFound where there never was one, or it is forgotten."""

        def read(connection: sa.Connection) -> StoredOperation:
            row = (
                connection.execute(statements.OPERATION, {"wanted": operation_id})
                .mappings()
                .first()
            )
            if row is None:
                raise NotFound("operation not found")
            events = connection.execute(statements.ITS_EVENTS, {"wanted": operation_id})
            return stored_operation(row, ((at, message) for at, message in events))

        return await self.transact(read)

    async def unended(self) -> list[StoredOperation]:
        """Operations that have not ended, the oldest first."""
        alive = sa.select(OPERATIONS).where(OPERATIONS.c.ended_at.is_(None))
        return await self._stored(alive.order_by(OPERATIONS.c.created_at))

    async def lost(
        self, but: Collection[str], *, created_before: float, silent_since: float
    ) -> list[StoredOperation]:
        """Operations that have not begun by then, or that tell nothing new since; at most 100.

        Without those whose ids are given.
        """
        not_begun = (OPERATIONS.c.status == "CREATED") & (OPERATIONS.c.created_at < created_before)
        found = sa.select(OPERATIONS).where(
            OPERATIONS.c.ended_at.is_(None),
            not_begun | (OPERATIONS.c.updated_at < silent_since),
            OPERATIONS.c.id.not_in(list(but)),
        )
        return await self._stored(found.order_by(OPERATIONS.c.created_at).limit(100))

    async def holder(self, reservation: str) -> StoredOperation | None:
        """The operation that holds a reservation now."""
        held = sa.select(OPERATIONS).where(OPERATIONS.c.reservation == reservation)
        found = await self._stored(held)
        return found[0] if found else None

    async def deletion(
        self, account_id: str, *, named: tuple[str | None, str] | None, task_arn: str | None
    ) -> StoredOperation | None:
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
        found = await self._stored(wanted.order_by(OPERATIONS.c.created_at.desc()).limit(1))
        return found[0] if found else None


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
