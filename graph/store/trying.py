"""Opens a store once before a server starts, to tell in a sentence what is wrong with it."""

from __future__ import annotations

import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store.database import Database
from graph.store.growing import OldTables


async def trouble_with(url: str) -> str | None:
    """None where all is well: then its tables are there. In time, as everything of the store."""
    try:
        async with Database(url):
            return None
    except (Upstream, OldTables, sa.exc.SQLAlchemyError, OSError, ValueError) as error:
        return _without_password(url, " ".join(_told(error).split()))


def _told(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, Upstream) and error.__cause__ else error
    if isinstance(cause, sa.exc.DBAPIError):
        return str(cause.orig)
    if isinstance(cause, TimeoutError):
        return str(cause) or "it does not answer in time"
    if isinstance(cause, OldTables | OSError):
        return str(cause)
    return "it cannot be understood as a URL"  # whose text may hold a password


def _without_password(url: str, told: str) -> str:
    try:
        password = sa.make_url(url).password
    except (sa.exc.ArgumentError, ValueError):
        return told
    return told.replace(str(password), "***") if password else told
