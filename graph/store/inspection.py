"""Looks at a store before a server starts, and for the command line."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import schema
from graph.store.database import Database
from graph.store.engines import driver_url
from graph.store.schema import SchemaError


async def trouble_with(url: str) -> str | None:
    """Opens a store, which brings its schema up to date. Why that fails, or None if it does not."""
    try:
        async with Database(url):
            return None
    except (Upstream, SchemaError, sa.exc.SQLAlchemyError, OSError, ValueError) as error:
        return _without_password(url, " ".join(_told(error).split()))


def revision_of(url: str) -> str | None:
    """The revision of a store, which is left as it is; None if it is empty or has none. Blocks.

    Raises OperationalError if it cannot be reached.
    """
    made = driver_url(url)
    if made.get_backend_name() == "sqlite" and not Path(str(made.database)).exists():
        return None
    engine = sa.create_engine(made, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return schema.current(connection)
    finally:
        engine.dispose()


def _told(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, Upstream) and error.__cause__ else error
    if isinstance(cause, sa.exc.DBAPIError):
        return str(cause.orig)
    if isinstance(cause, TimeoutError):
        return str(cause) or "it does not answer in time"
    if isinstance(cause, SchemaError | OSError):
        return str(cause)
    return "it cannot be understood as a URL"  # whose text may hold a password


def _without_password(url: str, told: str) -> str:
    try:
        password = sa.make_url(url).password
    except (sa.exc.ArgumentError, ValueError):
        return told
    return told.replace(str(password), "***") if password else told
