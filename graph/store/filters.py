"""Conditions of filters, whose members are None where they match everything."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from graph.model.open_enum import OpenEnum

Column = sa.ColumnElement[str | None]


def equal(pairs: Iterable[tuple[Column, str | OpenEnum | None]]) -> list[sa.ColumnElement[bool]]:
    """Each column has its value; OTHER of an enum is every value that this version lacks."""
    return [_equal(column, value) for column, value in pairs if value is not None]


def among(
    pairs: Iterable[tuple[Column, Collection[str] | None]],
) -> list[sa.ColumnElement[bool]]:
    """Each column has one of its values."""
    return [column.in_(sorted(values)) for column, values in pairs if values is not None]


def _equal(column: Column, value: str | OpenEnum) -> sa.ColumnElement[bool]:
    if isinstance(value, OpenEnum) and value.name == "OTHER":
        return column.not_in(sorted(value.known_values()))
    wanted: str = value.value if isinstance(value, OpenEnum) else value
    return column == wanted
