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
"""Seconds. Longer than listing movers takes, plus the difference between two replicas' clocks."""

_LOOKED_UP: Final = 5.0
"""Seconds in which the outcome of a commit whose answer was lost has to be found out."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The outcome of a request to begin an operation."""

    operation_id: str
    operation: StoredOperation | None
    """As recorded; None if the operation is the result of an earlier request with the same key."""
    recheck: bool
    """A mover of that name was created so recently that an earlier list may not show it."""


class Store(Keys, Lists, Replicas):
    """SQLite in a file, or PostgreSQL. Raises Upstream where it does not answer in time."""

    async def begin_operation(
        self, values: dict[str, Any], key: Key | None = None, quota: Quota | None = None
    ) -> Begun:
        """Records an operation, its reservation and its key in one transaction.

        Raises NameTaken if another operation holds the reservation, Conflict if the key was used
        with another input, and QuotaExceeded if there is no room beside earlier creates.
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
                raise Upstream("the request has been abandoned")
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
            if not sent.is_set():  # and never will
                raise
            await self._look_up(row["id"])
            # An earlier check of the name is out of date by now.
            return Begun(row["id"], made, recheck=True)

    async def _look_up(self, operation_id: str) -> None:
        """Returns if a commit whose answer was lost took effect. Raises Upstream otherwise."""
        try:
            async with asyncio.timeout(_LOOKED_UP):
                if await self.rows(
                    sa.select(OPERATIONS.c.id).where(OPERATIONS.c.id == operation_id)
                ):
                    return
        except (Upstream, TimeoutError):
            pass  # the outcome is still unknown
        raise Upstream(
            "the server's store does not answer and may have accepted the request: check whether "
            "it did before you retry; with an idempotency key, a retry is safe"
        )

    async def event(self, operation_id: str, *messages: str) -> bool:
        """Records what an operation is doing; False if all of it was recorded before."""

        def note(connection: sa.Connection) -> bool:
            # The update comes first: its lock serialises the counting of events.
            now = self.now()
            connection.execute(statements.RUNS, {"wanted": operation_id, "now": now})
            return append_events(connection, operation_id, messages, now)

        # What a step is about to try must survive, or its repetition would not look for the result.
        return await self.transact(note, durable=True)

    async def set_task(self, operation_id: str, task_arn: str | None) -> None:
        given = {"wanted": operation_id, "task": task_arn, "now": self.now()}
        await self.write(statements.HAS_TASK, given)

    async def set_parts(self, operation_id: str, parts: Parts) -> None:
        """Records what a deletion has to delete besides the task, until that is done."""
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
        """Completes a deletion, and clears what earlier ones of the same mover had left."""

        def end_all(connection: sa.Connection) -> AuditRecord | None:
            record = end(connection, operation_id, None, (), self.now())
            connection.execute(statements.NOTHING_LEFT, {"wanted": operation_id})
            return record

        record = await self.transact(end_all)
        if record is not None:
            write_line(record)

    async def operation(self, operation_id: str) -> StoredOperation:
        """Raises NotFound if it never existed or has been deleted."""

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
        """Operations that have not ended, oldest first."""
        alive = sa.select(OPERATIONS).where(OPERATIONS.c.ended_at.is_(None))
        return await self._stored(alive.order_by(OPERATIONS.c.created_at))

    async def lost(
        self, but: Collection[str], *, created_before: float, silent_since: float
    ) -> list[StoredOperation]:
        """Operations that have not started or have made no progress by those times; at most 100.

        ``but``: ids to leave out.
        """
        not_begun = (OPERATIONS.c.status == "CREATED") & (OPERATIONS.c.created_at < created_before)
        found = sa.select(OPERATIONS).where(
            OPERATIONS.c.ended_at.is_(None),
            not_begun | (OPERATIONS.c.updated_at < silent_since),
            OPERATIONS.c.id.not_in(list(but)),
        )
        return await self._stored(found.order_by(OPERATIONS.c.created_at).limit(100))

    async def holder(self, reservation: str) -> StoredOperation | None:
        """The operation that currently holds a reservation."""
        held = sa.select(OPERATIONS).where(OPERATIONS.c.reservation == reservation)
        found = await self._stored(held)
        return found[0] if found else None

    async def deletion(
        self, account_id: str, *, named: tuple[str | None, str] | None, task_arn: str | None
    ) -> StoredOperation | None:
        """The last deletion of a mover, by group and name or by task, that is not complete.

        It is under way, or has failed with parts that still have to be deleted.
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
