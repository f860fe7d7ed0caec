"""The eighth revision adds the region of operations and audit records."""

from __future__ import annotations

import sqlalchemy as sa

from graph.store import newest_revision, revision_of
from graph.store.engines import driver_url
from tests.stores import change, opened


async def test_a_store_of_the_seventh_revision_gets_what_it_lacks(url: str) -> None:
    await opened(url)
    change(
        url,
        "UPDATE alembic_version SET version_num = '0007'",
        "DROP TABLE facts",
        "ALTER TABLE operations DROP COLUMN region",
        "ALTER TABLE audit DROP COLUMN region",
    )
    await opened(url)
    engine = sa.create_engine(driver_url(url))
    try:
        assert sa.inspect(engine).has_table("facts")
        for table in ("operations", "audit"):
            columns = {each["name"]: each for each in sa.inspect(engine).get_columns(table)}
            assert columns["region"]["nullable"], "servers of the version before leave it out"
    finally:
        engine.dispose()
    assert revision_of(url) == newest_revision()
