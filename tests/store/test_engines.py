"""Connections: idle ones are tested, and no error quotes what is stored."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa

from graph.model.errors import Upstream
from graph.store import engines, open_store
from graph.store.tables import METADATA
from tests.operations.proxy import Proxy
from tests.stores import BOTH, fresh_database, store_url


@pytest.mark.postgres
@pytest.mark.parametrize("idle", [True, False])
async def test_one_that_was_idle_is_replaced_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
    idle: bool,  # noqa: FBT001 - a test's case
) -> None:
    monkeypatch.setattr(engines, "_IDLE", 0.0 if idle else 60.0)
    with fresh_database() as given:
        address = psycopg.conninfo.conninfo_to_dict(given)
        async with Proxy(str(address["host"]), int(address["port"] or 5432)) as way:
            url = sa.make_url(given).set(host="127.0.0.1", port=way.port)
            async with open_store(url.render_as_string(hide_password=False)) as store:
                assert await store.operations.unended() == []
                way.cut()
                way.mend()
                if not idle:  # it is found out by its use
                    with pytest.raises(Upstream, match="Try again"):
                        await store.operations.unended()
                assert await store.operations.unended() == []


PLANTED: Final = "planted-value"


def row_of(table: sa.Table) -> dict[str, Any]:
    kinds: dict[type, Any] = {
        bool: True,
        float: 1.0,
        int: 7,
        bytes: PLANTED.encode(),
        str: PLANTED,
    }
    return {column.name: kinds[column.type.python_type] for column in table.columns}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("name", METADATA.tables)
async def test_a_rejected_row_is_not_quoted(kind: str, name: str, tmp_path: Path) -> None:
    table = METADATA.tables[name]
    row = row_of(table)
    with store_url(kind, tmp_path) as url:
        async with open_store(url) as store:
            await store.database.write(sa.insert(table).values(cut(table, row)))
            with pytest.raises(sa.exc.DBAPIError) as twice:
                await store.database.write(sa.insert(table).values(cut(table, row)))
            (*_, last) = (column.name for column in table.columns if not column.nullable)
            with pytest.raises(sa.exc.DBAPIError) as null:
                await store.database.write(sa.insert(table).values(cut(table, row) | {last: None}))
    for error in (twice, null):
        told = "".join(traceback.format_exception(error.value))
        assert PLANTED not in told


def cut(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value[: getattr(table.c[name].type, "length", None)]
        if isinstance(value, str)
        else value
        for name, value in row.items()
    }
