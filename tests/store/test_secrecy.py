"""Errors of the database name no stored value, whichever table and statement they come from."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from graph.operations.engine import _own_engine
from graph.store import Store
from graph.store.tables import METADATA
from tests.stores import BOTH, store_url

PLANTED: Final = "planted-value"


def row_of(table: sa.Table) -> dict[str, Any]:
    kinds: dict[type, Any] = {float: 1.0, int: 7, bytes: PLANTED.encode(), str: PLANTED}
    return {column.name: kinds[column.type.python_type] for column in table.columns}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("name", METADATA.tables)
async def test_a_rejected_row_is_not_quoted(kind: str, name: str, tmp_path: Path) -> None:
    table = METADATA.tables[name]
    row = row_of(table)
    with store_url(kind, tmp_path) as url:
        async with Store(url) as store:
            await store.write(sa.insert(table).values(cut(table, row)))
            with pytest.raises(sa.exc.DBAPIError) as twice:
                await store.write(sa.insert(table).values(cut(table, row)))
            (*_, last) = (column.name for column in table.columns if not column.nullable)
            with pytest.raises(sa.exc.DBAPIError) as null:
                await store.write(sa.insert(table).values(cut(table, row) | {last: None}))
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


def test_the_engine_of_workflows_hides_parameters(tmp_path: Path) -> None:
    made = _own_engine(sa.make_url(f"sqlite:///{tmp_path}/db.sqlite"))
    assert made is not None
    assert made.hide_parameters
    made.dispose()
