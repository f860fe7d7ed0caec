"""Makes the tables, and adds to those of an older version what they lack."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from graph.store.tables import METADATA


class OldTables(Exception):
    """Tables of an older version that cannot be grown; the sentence says what to do."""


def make_tables(engine: sa.Engine) -> None:
    """Blocks; to be called by one process at a time. Raises OldTables.

    Only adds, and only what an older version, still running beside, does not stumble over.
    """
    METADATA.create_all(engine)
    for table in METADATA.sorted_tables:
        for column in list(_missing(engine, table)):
            _add(engine, column)
        for index in table.indexes:
            index.create(engine, checkfirst=True)


def _missing(engine: sa.Engine, table: sa.Table) -> Iterator[sa.Column[object]]:
    there = {column["name"] for column in sa.inspect(engine).get_columns(table.name)}
    return (column for column in table.columns if column.name not in there)


def _add(engine: sa.Engine, column: sa.Column[object]) -> None:
    table = column.table.name
    if not column.nullable or column.unique:
        raise OldTables(
            f"its table {table} is of an older version, without the column {column.name}: "
            "start on a new store; only operations and notes are lost with the old one, no mover"
        )
    described = CreateColumn(column).compile(dialect=engine.dialect)
    with engine.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {described}"))
