"""Claims to start a run: of many who saw a mover at rest, on whatever replica, one starts it."""

from __future__ import annotations

import time
from typing import Final

import sqlalchemy as sa

from graph.store.database import Database
from graph.store.tables import STARTS

_HELD: Final = 60.0
"""Seconds after which a claim may be taken over, as its holder may have died before its call:
longer than anybody waits between seeing the mover at rest and claiming its start."""
CLAIMS_KEPT: Final = 600.0
"""Seconds after which nobody can still hold what was seen before the claim was made."""


class Starts(Database):
    async def claim_start(self, task_arn: str, after: str | None) -> bool:
        """Whether the asker is the one to start the run that follows ``after``, the task's latest.

        A claim stays when the run has begun: others may come later who saw the mover before that.
        """
        now = time.time()
        mine = (STARTS.c.task_arn == task_arn) & (STARTS.c.after == (after or ""))

        def claim(connection: sa.Connection) -> None:
            old = (STARTS.c.task_arn == task_arn) & (STARTS.c.at < now - CLAIMS_KEPT)
            connection.execute(sa.delete(STARTS).where(old))
            values = {"task_arn": task_arn, "after": after or "", "at": now}
            connection.execute(sa.insert(STARTS).values(values))

        try:
            await self._transact(claim)
        except sa.exc.IntegrityError:
            stale = sa.update(STARTS).where(mine, STARTS.c.at < now - _HELD).values(at=now)
            return await self._transact(lambda c: bool(c.execute(stale).rowcount))
        return True

    async def drop_start(self, task_arn: str, after: str | None) -> None:
        """Gives a claim back: no run has begun under it."""
        mine = (STARTS.c.task_arn == task_arn) & (STARTS.c.after == (after or ""))
        await self._write(sa.delete(STARTS).where(mine))
