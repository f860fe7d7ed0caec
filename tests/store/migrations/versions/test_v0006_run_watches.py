"""The sixth revision adds the watches that processes share."""

from __future__ import annotations

import sqlalchemy as sa

from graph.store import newest_revision, revision_of
from graph.store.engines import driver_url
from tests.stores import change, opened


async def test_a_store_of_the_fifth_revision_gets_the_table(url: str) -> None:
    await opened(url)
    change(url, "UPDATE alembic_version SET version_num = '0005'", "DROP TABLE run_watches")
    await opened(url)
    engine = sa.create_engine(driver_url(url))
    try:
        assert sa.inspect(engine).has_table("run_watches")
    finally:
        engine.dispose()
    assert revision_of(url) == newest_revision()
