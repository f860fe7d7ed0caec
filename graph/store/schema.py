"""Brings the schema of a store up to date, and says at which revision it is."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from graph.observability import logs
from graph.store.migrations.versions.v0001_operations import TABLES

log = logging.getLogger(__name__)

FIRST: Final = "0001"
_SCRIPTS: Final = Path(__file__).with_name("migrations")
_HINT: Final = "upgrade it with the last release first, or start on a new store"


class SchemaError(Exception):
    """The schema cannot be brought up to date; the sentence says what to do."""


def upgrade(connection: sa.Connection) -> None:
    """Applies the missing migrations. Blocks; to be called by one process at a time.

    A store of a newer version is left as it is: newer versions only add. Raises SchemaError for
    tables that no release has made.
    """
    logs.adopt("alembic", logging.WARNING)
    config, revision = _config(connection), current(connection)
    if revision == newest():
        return
    if revision is None and sa.inspect(connection).has_table("operations"):
        _check_unversioned(connection)
        command.stamp(config, FIRST)
    elif revision is not None and not _is_known(config, revision):
        log.info("the store is at revision %s of a newer version", revision)
        return
    command.upgrade(config, "head")


def current(connection: sa.Connection) -> str | None:
    """The revision of the store; None for one that is empty or was made before revisions."""
    return MigrationContext.configure(connection).get_current_revision()


def trouble_with(revision: str | None) -> str | None:
    """Why this version cannot work with a schema at a revision; None for its own and newer ones."""
    if revision == newest():
        return None
    known = {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}
    if revision is not None and revision not in known:
        return None
    return f"its schema is at revision {revision or 'none'} instead of {newest()}"


@cache
def newest() -> str:
    """The revision that this version brings a store to."""
    head = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations beside this module")
    return head


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _is_known(config: Config, revision: str) -> bool:
    scripts = ScriptDirectory.from_config(config)
    return any(script.revision == revision for script in scripts.walk_revisions())


def _check_unversioned(connection: sa.Connection) -> None:
    """Raises SchemaError unless the tables are those that the first revision makes."""
    inspector = sa.inspect(connection)
    for table in TABLES:
        if not inspector.has_table(table.name):
            raise SchemaError(f"its table {table.name} is missing: {_HINT}")
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                raise SchemaError(f"its table {table.name} has no column {column.name}: {_HINT}")
