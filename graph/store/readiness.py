"""Whether a store that was opened can still be used."""

from __future__ import annotations

import asyncio

from graph.model.errors import Upstream
from graph.store import schema
from graph.store.database import Database


async def trouble_of(database: Database) -> str | None:
    """Why the store cannot be used, or None if it can.

    It cannot during an outage, which a heartbeat ends, nor if its schema has been replaced by an
    older one, as by restoring a backup.
    """
    if database.outage.cause is not None:
        return database.outage.cause
    try:
        revision = await database.revision()
    except Upstream as error:
        return database.outage.cause or str(error)
    return await asyncio.to_thread(schema.trouble_with, revision)  # it may read the migrations
