"""Connections of PostgreSQL that broke while nobody used them."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import Store, database
from tests.operations.proxy import Proxy
from tests.stores import fresh_database


@pytest.mark.postgres
@pytest.mark.parametrize("idle", [True, False])
async def test_one_that_was_idle_is_replaced_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
    idle: bool,  # noqa: FBT001 - a test's case
) -> None:
    monkeypatch.setattr(database, "_IDLE", 0.0 if idle else 60.0)
    with fresh_database() as given:
        address = psycopg.conninfo.conninfo_to_dict(given)
        async with Proxy(str(address["host"]), int(address["port"] or 5432)) as way:
            url = sa.make_url(given).set(host="127.0.0.1", port=way.port)
            async with Store(url.render_as_string(hide_password=False)) as store:
                assert await store.unended() == []
                way.cut()
                way.mend()
                if not idle:  # it is found out by its use
                    with pytest.raises(Upstream, match="try again"):
                        await store.unended()
                assert await store.unended() == []
