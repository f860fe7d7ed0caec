"""Conditions of filters: what is absent matches everything."""

from __future__ import annotations

import sqlalchemy as sa

from graph.model.open_enum import OpenEnum
from graph.store import filters


class Colour(OpenEnum):
    BLUE = "blue"
    RED = "red"
    OTHER = "OTHER"


def sql(conditions: list[sa.ColumnElement[bool]]) -> list[str]:
    return [str(each.compile(compile_kwargs={"literal_binds": True})) for each in conditions]


COLUMN: filters.Column = sa.column("c", sa.String)


def test_absent_members_add_no_condition() -> None:
    assert filters.equal([(COLUMN, None)]) == []
    assert filters.among([(COLUMN, None)]) == []


def test_a_value_has_to_be_equal_and_other_is_none_of_the_known() -> None:
    wanted: list[tuple[filters.Column, str | OpenEnum]] = [
        (COLUMN, "x"),
        (COLUMN, Colour.RED),
        (COLUMN, Colour.OTHER),
    ]
    assert sql(filters.equal(wanted)) == ["c = 'x'", "c = 'red'", "(c NOT IN ('blue', 'red'))"]


def test_no_value_among_none_matches_nothing() -> None:
    assert sql(filters.among([(COLUMN, {"b", "a"})])) == ["c IN ('a', 'b')"]
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        nothing = sa.select(sa.literal("x")).where(*filters.among([(sa.literal("x"), set())]))
        assert connection.execute(nothing).all() == []
    engine.dispose()
