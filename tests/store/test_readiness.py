"""What makes a store that was opened unusable, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import Replicas, newest_revision, trouble_of
from graph.store.database import Database
from tests.stores import BOTH, change, store_url

REPLACED = "UPDATE alembic_version SET version_num = '{}'"


@pytest.mark.parametrize("kind", BOTH)
async def test_only_an_older_schema_makes_a_store_unusable(kind: str, tmp_path: Path) -> None:
    with store_url(kind, tmp_path) as url:
        async with Database(url) as database:
            assert await trouble_of(database) is None
            change(url, REPLACED.format("9999"))
            assert await trouble_of(database) is None, "newer versions only add"
            change(url, REPLACED.format("0001"))
            older = f"its schema is at revision 0001 instead of {newest_revision()}"
            assert await trouble_of(database) == older
            change(url, "DROP TABLE alembic_version")
            assert "revision none" in str(await trouble_of(database))


async def test_an_outage_lasts_until_something_was_written(tmp_path: Path) -> None:
    def fail(_connection: sa.Connection) -> None:
        raise sa.exc.OperationalError("", {}, Exception("database or disk is full"))

    async with Database(f"sqlite:///{tmp_path}/db.sqlite") as database:
        with pytest.raises(Upstream):
            await database.transact(fail)
        await database.rows(sa.select(1))
        assert await trouble_of(database) == "database or disk is full"
        await Replicas(database).beat("me")
        assert await trouble_of(database) is None
