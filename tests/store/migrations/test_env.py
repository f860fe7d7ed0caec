"""Migrations run on the connection of their caller, and make the declared tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from graph.store import newest_revision, revision_of
from graph.store.engines import driver_url
from graph.store.tables import METADATA
from tests.stores import opened

LEFT = {"run_starts"}
"""Tables that only older versions use. A later release may drop them."""


async def test_the_migrations_make_the_tables_that_the_code_declares(url: str) -> None:
    """If this fails: add what is missing to a new module under graph/store/migrations/versions."""
    await opened(url)
    engine = sa.create_engine(driver_url(url))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    unexpected = [each for each in differences if not _is_left(each)]
    assert unexpected == []
    assert revision_of(url) == newest_revision()


def _is_left(difference: object) -> bool:
    if not isinstance(difference, tuple) or difference[0] not in ("remove_table", "remove_index"):
        return False
    subject = difference[1]
    table = subject if isinstance(subject, sa.Table) else subject.table
    return table.name in LEFT
