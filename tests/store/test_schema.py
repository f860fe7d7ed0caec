"""Stores of older and newer versions: upgraded in place, once, while other servers run."""

from __future__ import annotations

import asyncio

from graph.store import newest_revision, open_store, revision_of
from tests.store.operations import new_operation
from tests.stores import change, opened


async def test_servers_that_start_at_once_upgrade_a_store_once(released: str) -> None:
    await asyncio.gather(*(opened(released) for _ in range(6)))
    assert revision_of(released) == newest_revision()


async def test_a_store_of_a_newer_version_is_used_as_it_is(url: str) -> None:
    await opened(url)
    change(
        url,
        "UPDATE alembic_version SET version_num = '9999'",
        "ALTER TABLE operations ADD COLUMN of_the_future VARCHAR(8)",
        "CREATE TABLE future (id INTEGER PRIMARY KEY)",
    )
    async with open_store(url) as store:
        begun = await store.operations.begin(new_operation())
        await store.operations.end(begun.operation_id, None)
    assert revision_of(url) == "9999"
