"""The fifth revision adds indexes to a store of any earlier one, once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from graph.store import newest_revision, revision_of
from graph.store.engines import driver_url
from tests.stores import change, opened

INDEXES = {
    "idempotency_keys": "idempotency_keys_by_time",
    "run_notes": "run_notes_by_time",
    "late_effects": "late_effects_by_time",
}


def present_in(url: str) -> list[str | None]:
    engine = sa.create_engine(driver_url(url))
    try:
        inspector = sa.inspect(engine)
        return [
            index["name"]
            for table in INDEXES
            if inspector.has_table(table)
            for index in inspector.get_indexes(table)
        ]
    finally:
        engine.dispose()


@pytest.mark.parametrize("present", [False, True])
async def test_a_store_of_the_fourth_revision_gets_the_indexes(url: str, *, present: bool) -> None:
    await opened(url)
    change(url, "UPDATE alembic_version SET version_num = '0004'")
    if not present:
        change(url, *(f"DROP INDEX {index}" for index in INDEXES.values()))
    await opened(url)
    assert [present_in(url).count(index) for index in INDEXES.values()] == [1, 1, 1]
    assert revision_of(url) == newest_revision()


async def test_a_released_store_gets_the_indexes(released: str) -> None:
    assert not set(present_in(released)) & set(INDEXES.values())
    await opened(released)
    assert set(present_in(released)) >= set(INDEXES.values())
