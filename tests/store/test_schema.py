"""Stores of older and newer versions: upgraded in place, once, while other servers run."""

from __future__ import annotations

import asyncio

from graph.store import Store, newest_revision, revision_of
from tests.store.test_store import values
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
    async with Store(url) as store:
        begun = await store.begin_operation(values())
        await store.end_operation(begun.operation_id, None)
    assert revision_of(url) == "9999"
