"""The seventh revision adds the names that operations use."""

from __future__ import annotations

import sqlalchemy as sa

from graph.store import newest_revision, revision_of
from graph.store.engines import driver_url
from tests.stores import change, opened


async def test_a_store_of_the_sixth_revision_gets_the_table(url: str) -> None:
    await opened(url)
    change(url, "UPDATE alembic_version SET version_num = '0006'", "DROP TABLE name_claims")
    await opened(url)
    engine = sa.create_engine(driver_url(url))
    try:
        assert sa.inspect(engine).has_table("name_claims")
    finally:
        engine.dispose()
    assert revision_of(url) == newest_revision()
