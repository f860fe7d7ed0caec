"""Connections: idle ones are tested, and no error quotes what is stored."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from graph.model.errors import Upstream
from graph.store import Store, engines, open_store
from graph.store.tables import METADATA
from tests.operations.proxy import Proxy
from tests.stores import BOTH, fresh_database, store_url


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("idle", "long_idle", "is_tested"),
    [(60.0, 60.0, False), (0.0, 60.0, True), (0.0, 0.0, True)],
    ids=["in use", "idle", "long idle"],
)
async def test_one_that_was_idle_is_replaced_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
    idle: float,
    long_idle: float,
    is_tested: bool,  # noqa: FBT001 - a test's case
) -> None:
    monkeypatch.setattr(engines, "_IDLE", idle)
    monkeypatch.setattr(engines, "_LONG_IDLE", long_idle)
    async with proxied_store() as (store, way):
        assert await store.operations.unended() == []
        way.cut()
        await way.broken()
        way.mend()
        if not is_tested:  # it is found out by its use
            with pytest.raises(Upstream, match="Try again"):
                await store.operations.unended()
        assert await store.operations.unended() == []


@pytest.mark.postgres
@pytest.mark.parametrize(("long_idle", "queries"), [(60.0, 0), (0.0, 1)])
async def test_one_that_has_received_nothing_is_not_queried_for_its_test(
    monkeypatch: pytest.MonkeyPatch, long_idle: float, queries: int
) -> None:
    monkeypatch.setattr(engines, "_IDLE", 0.0)
    monkeypatch.setattr(engines, "_LONG_IDLE", long_idle)
    pings = []
    ping: Any = PGDialect_psycopg.do_ping

    def counted(*given: Any) -> Any:
        pings.append(given)
        return ping(*given)

    async with proxied_store() as (store, _):
        await store.operations.unended()
        with monkeypatch.context() as patched:
            patched.setattr(PGDialect_psycopg, "do_ping", counted)
            await store.operations.unended()
    assert len(pings) == queries


@asynccontextmanager
async def proxied_store() -> AsyncIterator[tuple[Store, Proxy]]:
    with fresh_database() as given:
        address = psycopg.conninfo.conninfo_to_dict(given)
        async with Proxy(str(address["host"]), int(address["port"] or 5432)) as way:
            url = sa.make_url(given).set(host="127.0.0.1", port=way.port)
            async with open_store(url.render_as_string(hide_password=False)) as store:
                yield store, way


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
