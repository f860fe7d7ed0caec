"""How an operation is recorded: with its reservation, its key and its place in the quota."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from graph.model.errors import NameTaken, Upstream
from graph.model.operation import OperationStatus
from graph.store import statements
from graph.store.database import Database
from graph.store.idempotency import IdempotencyKey, IdempotencyKeys
from graph.store.quota import Quota, check_quota, check_unfinished, wait_for_turn
from graph.store.stored_operation import NewOperation, StoredOperation
from graph.store.tables import NAME, OPERATIONS

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


class OperationStart:
    """Records one operation, in one transaction, and finds out whether that took effect."""

    def __init__(
        self,
        database: Database,
        new: NewOperation,
        key: IdempotencyKey | None,
        quota: Quota | None,
        max_unfinished: int | None,
    ) -> None:
        self._database, self._new, self._key = database, new, key
        self._quota, self._max_unfinished = quota, max_unfinished
        self._now = database.now()
        # Between the thread of the transaction and the request that waits for it.
        self._sent, self._given_up = threading.Event(), threading.Event()

    async def run(self) -> Begun:
        """See ``OperationRecords.begin``."""
        try:
            recheck = await self._database.transact(self._record, durable=True)
        except sa.exc.IntegrityError:
            return await self._earlier()
        except Upstream:
            self._given_up.set()
            if not self._sent.is_set():  # and never will
                raise
            await self._look_up()
            recheck = True  # an earlier check of the name is out of date by now
        return Begun(self._new.id, _as_stored(self._new, self._now), recheck)

    def _record(self, connection: sa.Connection) -> bool:
        """Returns whether a mover of the name was created lately."""
        new, quota = self._new, self._quota
        if quota is not None:
            wait_for_turn(connection, new.account_id)
        connection.execute(statements.NEW, _row(new, self._now))
        claims = _claims(new, self._now)
        connection.execute(statements.FREE_NAMES, {"names": [claim["name"] for claim in claims]})
        connection.execute(statements.NEW_CLAIMS, claims)
        if self._key is not None:
            connection.execute(statements.NEW_KEY, _settled(self._key, new.id, self._now))
        if self._max_unfinished is not None:
            check_unfinished(connection, new, self._max_unfinished)
        if quota is not None:
            check_quota(connection, quota, new)
        lately = connection.execute(statements.LATELY_MADE, _names(new, self._now - _LATELY))
        recheck = lately.first() is not None
        self._sent.set()  # only the commit follows
        if self._given_up.is_set():
            raise Upstream("The request has been abandoned.")
        return recheck

    async def _earlier(self) -> Begun:
        """The operation that an earlier request with the key began. Raises NameTaken if none did.

        Raises Conflict if the key was used with another input.
        """
        keys = IdempotencyKeys(self._database)
        before = await keys.result(self._key) if self._key is not None else None
        if before is None:
            raise NameTaken(
                f"Another operation on the mover '{self._new.mover_name}' is in progress."
            ) from None
        return Begun(before, None, recheck=False)

    async def _look_up(self) -> None:
        """Returns if a commit whose answer was lost took effect. Raises Upstream otherwise."""
        mine = sa.select(OPERATIONS.c.id).where(OPERATIONS.c.id == self._new.id)
        try:
            async with asyncio.timeout(_LOOKED_UP):
                if await self._database.rows(mine):
                    return
        except (Upstream, TimeoutError):
            pass  # the outcome is still unknown
        raise Upstream(
            "The server's store does not answer and may have accepted the request. Check whether "
            "it did before you retry. With an idempotency key, a retry is safe."
        )


def _row(new: NewOperation, now: float) -> dict[str, Any]:
    return {
        "id": new.id,
        "kind": new.kind,
        "status": OperationStatus.CREATED.value,
        "account_id": new.account_id,
        "region": new.region,
        "mover_group": new.group,
        "mover_name": new.mover_name,
        "task_arn": new.task_arn,
        "requested_by": new.requested_by[:NAME],
        "requested_key": new.requested_key and new.requested_key[:NAME],
        "on_behalf_of": new.on_behalf_of and new.on_behalf_of[:NAME],
        "created_at": now,
        "updated_at": now,
        "reservation": new.reservation,
        "input": new.input,
    }


def _claims(new: NewOperation, now: float) -> list[dict[str, Any]]:
    """Sorted, so that two renames in opposite directions do not wait for each other."""
    names = {new.reservation, new.also_claims or new.reservation}
    return [{"name": name, "operation_id": new.id, "at": now} for name in sorted(names)]


def _as_stored(new: NewOperation, now: float) -> StoredOperation:
    return StoredOperation(
        id=new.id,
        kind=new.kind,
        status=OperationStatus.CREATED.value,
        account_id=new.account_id,
        region=new.region,
        group=new.group,
        mover_name=new.mover_name,
        task_arn=new.task_arn,
        failure=None,
        requested_by=new.requested_by[:NAME],
        requested_key=(new.requested_key or new.requested_by)[:NAME],
        created_at=now,
        updated_at=now,
        ended_at=None,
        input=new.input,
        parts=None,
    )


def _names(new: NewOperation, since: float) -> dict[str, Any]:
    return {
        "account": new.account_id,
        "region": new.region,
        "group": new.group,
        "name": new.mover_name,
        "since": since,
    }


def _settled(key: IdempotencyKey, result: str, now: float) -> dict[str, Any]:
    return {
        "key": key.hashed,
        "fingerprint": key.fingerprint,
        "result": result,
        "claimed_at": now,
        "created_at": now,
    }
