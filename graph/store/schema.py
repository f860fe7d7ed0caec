"""Brings the schema of a store up to date, and says at which revision it is.

Alembic and the migrations are loaded only for a store that is at another revision: that takes as
long as a tenth of the start of a server.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from graph.observability import logs

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

FIRST: Final = "0001"
_SCRIPTS: Final = Path(__file__).with_name("migrations")
_VERSIONS: Final = "versions/v[0-9]*_*.py"
"""Migrations, whose names begin with their revisions."""
_REVISION: Final = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String))
"""Alembic's table."""
_HINT: Final = "upgrade it with the last release first, or start on a new store"


class SchemaError(Exception):
    """The schema cannot be brought up to date; the sentence says what to do."""


def upgrade(connection: sa.Connection) -> None:
    """Applies the missing migrations. Blocks; to be called by one process at a time.

    A store of a newer version is left as it is: newer versions only add. Raises SchemaError for
    tables that no release has made.
    """
    revision = current(connection)
    if revision == newest():
        return
    if revision is not None and revision not in _known():
        log.info("the store is at revision %s of a newer version", revision)
        return
    from alembic import command  # noqa: PLC0415 - see above

    logs.adopt("alembic", logging.WARNING)
    config = _config(connection)
    if revision is None and sa.inspect(connection).has_table("operations"):
        _check_unversioned(connection)
        command.stamp(config, FIRST)
    command.upgrade(config, "head")


def current(connection: sa.Connection) -> str | None:
    """The revision of the store; None for one that is empty or was made before revisions."""
    if not sa.inspect(connection).has_table(_REVISION.name):
        return None
    revision: str | None = connection.scalar(sa.select(_REVISION.c.version_num))
    return revision


def trouble_with(revision: str | None) -> str | None:
    """Why this version cannot work with a schema at a revision; None for its own and newer ones."""
    if revision == newest():
        return None
    if revision is not None and revision not in _known():
        return None
    return f"its schema is at revision {revision or 'none'} instead of {newest()}"


@cache
def newest() -> str:
    """The revision that this version brings a store to."""
    return max(_known())


def _known() -> set[str]:
    return {file.name[1:].partition("_")[0] for file in _SCRIPTS.glob(_VERSIONS)}


def _config(connection: sa.Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _check_unversioned(connection: sa.Connection) -> None:
    """Raises SchemaError unless the tables are those that the first revision makes."""
    from graph.store.migrations.versions.v0001_operations import TABLES  # noqa: PLC0415 - see above

    inspector = sa.inspect(connection)
    for table in TABLES:
        if not inspector.has_table(table.name):
            raise SchemaError(f"its table {table.name} is missing: {_HINT}")
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                raise SchemaError(f"its table {table.name} has no column {column.name}: {_HINT}")
