"""The replicas that share a store, by their heartbeats."""

from __future__ import annotations

import contextlib

import sqlalchemy as sa

from graph.store.database import Database
from graph.store.statements import insert
from graph.store.tables import BEATS, RETIRED


class Replicas:
    """A repository. All methods raise Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beat(self, replica: str) -> dict[str, int]:
        """Increments this replica's heartbeat count and returns those of all replicas."""

        def count(connection: sa.Connection) -> dict[str, int]:
            new = insert(connection, BEATS).values(id=replica, beat=0)
            up = {"beat": BEATS.c.beat + 1}
            connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=up))
            return {row.id: row.beat for row in connection.execute(sa.select(BEATS))}

        return await self._database.transact(count, at_once=True)

    async def retire(self, replica: str) -> None:
        """Hands the unfinished work of this replica over to the others immediately."""
        await self._database.write(
            sa.update(BEATS).where(BEATS.c.id == replica).values(beat=RETIRED)
        )

    async def claim(self, replica: str, last_beat: int | None) -> bool:
        """Whether the caller is the one to take over from a replica; of all who ask, one is.

        ``last_beat``: the count that was seen of it, so that one which beats again keeps its work.
        For None it gets an entry as a retired one, which can be claimed in the next round.
        """
        if last_beat is not None:
            seen = sa.delete(BEATS).where(BEATS.c.id == replica, BEATS.c.beat == last_beat)
            return await self._database.transact(lambda c: bool(c.execute(seen).rowcount))
        with contextlib.suppress(sa.exc.IntegrityError):  # another replica was faster
            await self._database.write(sa.insert(BEATS).values(id=replica, beat=RETIRED))
        return False
