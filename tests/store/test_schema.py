"""Stores of older and newer versions: upgraded in place, once, while other servers run."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from graph.store import newest_revision, open_store, revision_of, schema
from tests.store.operations import new_operation
from tests.stores import change, migrated_file, opened


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


def test_the_names_of_migrations_begin_with_their_revisions() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).with_name("migrations")))
    assert newest_revision() == scripts.get_current_head()
    assert schema._known() == {script.revision for script in scripts.walk_revisions()}


def test_a_store_that_is_up_to_date_is_opened_without_the_migrations(tmp_path: Path) -> None:
    url = migrated_file(tmp_path / "db.sqlite")
    code = (
        "import asyncio, sys, graph.store;"
        f"assert asyncio.run(graph.store.trouble_with({url!r})) is None;"
        "assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)  # noqa: S603 - our own
