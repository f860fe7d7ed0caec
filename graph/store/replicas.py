"""The replicas that share a store, by their heartbeats."""

from __future__ import annotations

import contextlib
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from graph.store.database import Database
from graph.store.tables import BEATS, RETIRED

_ME: Final = sa.bindparam("replica", type_=sa.String)
_COUNTS: Final = sa.select(BEATS.c.id, BEATS.c.beat)


def _counted(make: Any) -> Any:  # noqa: ANN401 - the dialects' inserts have no common type
    """Increments a replica's count; ``make`` is the insert of a dialect."""
    new = make(BEATS).values(id=_ME, beat=0)
    return new.on_conflict_do_update(index_elements=["id"], set_={"beat": BEATS.c.beat + 1})


_COUNT_ON_SQLITE: Final = _counted(sqlite.insert)
_MINE: Final = _counted(postgresql.insert).returning(BEATS.c.id, BEATS.c.beat).cte("mine")
_COUNT_ON_POSTGRES: Final = sa.select(_MINE.c.id, _MINE.c.beat).union_all(
    _COUNTS.where(BEATS.c.id != _ME)
)
"""With the counts of all replicas, in one statement: it is executed all the time."""


class Replicas:
    """A repository. All methods raise Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beat(self, replica: str) -> dict[str, int]:
        """Increments this replica's heartbeat count and returns those of all replicas."""

        def count(connection: sa.Connection) -> dict[str, int]:
            given = {"replica": replica}
            if connection.dialect.name == "postgresql":
                rows = connection.execute(_COUNT_ON_POSTGRES, given)
            else:
                connection.execute(_COUNT_ON_SQLITE, given)
                rows = connection.execute(_COUNTS)
            return {row.id: row.beat for row in rows}

        return await self._database.transact(count, at_once=True, single=True)

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
