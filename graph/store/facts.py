"""What a deployment decides once, such as the region of records that name none."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from graph.store.database import Database
from graph.store.statements import insert
from graph.store.tables import FACTS

HOME_REGION: Final = "home region"
"""The region of operations, ids and cursors that name none."""


class Facts:
    """A repository. Raises Upstream if the store does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, name: str, value: str) -> str:
        """Records a value unless there is one; returns the one that is recorded."""

        def keep(connection: sa.Connection) -> str:
            new = insert(connection, FACTS).values(name=name, value=value)
            connection.execute(new.on_conflict_do_nothing())
            return str(connection.scalar(sa.select(FACTS.c.value).where(FACTS.c.name == name)))

        return await self._database.transact(keep, durable=True)
