"""The third revision adds an index to a store of any earlier one, once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from graph.store import newest_revision, revision_of
from graph.store.engines import driver_url
from tests.stores import change, opened


def indexes(url: str) -> list[str | None]:
    engine = sa.create_engine(driver_url(url))
    try:
        return [index["name"] for index in sa.inspect(engine).get_indexes("operations")]
    finally:
        engine.dispose()


@pytest.mark.parametrize("present", [False, True])
async def test_a_store_of_the_second_revision_gets_the_index(url: str, *, present: bool) -> None:
    await opened(url)
    change(url, "UPDATE alembic_version SET version_num = '0002'")
    if not present:
        change(url, "DROP INDEX operations_by_task")
    await opened(url)
    assert indexes(url).count("operations_by_task") == 1
    assert revision_of(url) == newest_revision()


async def test_a_released_store_gets_the_index(released: str) -> None:
    assert "operations_by_task" not in indexes(released)
    await opened(released)
    assert "operations_by_task" in indexes(released)
