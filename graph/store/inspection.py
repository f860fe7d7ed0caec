"""Looks at a store before a server starts, and for the command line."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import schema
from graph.store.causes import cause_of
from graph.store.database import Database
from graph.store.engines import driver_url
from graph.store.schema import SchemaError


async def trouble_with(url: str) -> str | None:
    """Opens a store, which brings its schema up to date. Why that fails, or None if it does not."""
    try:
        async with Database(url):
            return None
    except (Upstream, SchemaError, sa.exc.SQLAlchemyError, OSError, ValueError) as error:
        return _trouble(error, url)


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


def _trouble(error: Exception, url: str) -> str:
    cause = error.__cause__ if isinstance(error, Upstream) and error.__cause__ else error
    if isinstance(cause, sa.exc.DBAPIError | SchemaError | OSError):
        return cause_of(cause, url)
    return "it cannot be understood as a URL"  # whose text may hold a password
