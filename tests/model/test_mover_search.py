"""Filters and orders of movers against plain comparisons."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.mover import KEY_TAG, Account, Mover, Schedule, Tag
from graph.model.mover_search import (
    MoverFilter,
    MoverOrder,
    MoverOrderField,
    OrderDirection,
    Place,
    ScheduleState,
    TagCondition,
)
from graph.model.words import MoverStatus, TaskMode

FEW = st.sampled_from(["a", "b", "B", "ab"])
TIMES = st.none() | st.sampled_from([0.0, 1.5, 1.25, -1.0])
ORDERS = st.builds(MoverOrder, st.sampled_from(MoverOrderField), st.sampled_from(OrderDirection))
FILTERS = st.builds(
    MoverFilter,
    name_contains=st.none() | FEW,
    group=st.none() | FEW,
    status=st.none() | st.frozensets(st.sampled_from(MoverStatus)),
    tags=st.none() | st.frozensets(st.builds(TagCondition, FEW, st.none() | FEW)),
    schedule=st.none() | st.frozensets(st.sampled_from(ScheduleState)),
    has_run=st.none() | st.booleans(),
)
MOVER = Mover(
    account=Account("2" * 12, "us-east-1"),
    task_arn="arn",
    name="Nightly-Photos",
    status="RUNNING",
    mode="BASIC",
    tags=(Tag("team", "blue"), Tag("spinup:spaceid", "g"), Tag(KEY_TAG, "secret")),
)


@st.composite
def ordered_places(draw: st.DrawFn) -> tuple[MoverOrder, list[Place]]:
    order = draw(ORDERS)
    textual = order.field in (MoverOrderField.NAME, MoverOrderField.STATUS)
    values: Any = FEW if textual else TIMES
    places = draw(st.lists(st.builds(Place, values, FEW, FEW), min_size=2, unique=True))
    return order, places


@given(ordered_places())
def test_values_follow_the_direction_and_ties_the_names(
    given: tuple[MoverOrder, list[Place]],
) -> None:
    order, places = given
    for one, other in pairwise(sorted(places, key=order.rank)):
        if one.value == other.value:
            assert (one.name, one.task_arn) < (other.name, other.task_arn)
        elif other.value is not None:
            assert one.value is not None
            smaller: Any = min(one.value, other.value)
            assert smaller == (one if order.direction is OrderDirection.ASC else other).value


@given(ordered_places())
def test_a_place_is_read_back(given: tuple[MoverOrder, list[Place]]) -> None:
    order, places = given
    assert [order.place(place.text()) for place in places] == places


@given(st.text(), st.text())
def test_a_place_is_printable_whatever_the_name_is(name: str, value: str) -> None:
    place = Place(value, name, "arn")
    assert place.text().isprintable()
    assert MoverOrder().place(place.text()) == place


BY_TIME = MoverOrder(MoverOrderField.CREATED_AT)


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (MoverOrder(), "nonsense"),
        (MoverOrder(), "{}"),
        (MoverOrder(), '["a"]'),
        (MoverOrder(), '["a", "b", "c", "d"]'),
        (MoverOrder(), '[1.5, "b", "c"]'),
        (MoverOrder(), '[null, "b", "c"]'),
        (BY_TIME, '["a", "b", "c"]'),
        (BY_TIME, '[NaN, "b", "c"]'),
        (BY_TIME, '[Infinity, "b", "c"]'),
        (BY_TIME, '[true, "b", "c"]'),
        (BY_TIME, '[1.5, 2, "c"]'),
        (BY_TIME, '[1.5, "b", null]'),
    ],
)
def test_what_no_place_is_written_as_is_rejected(order: MoverOrder, text: str) -> None:
    with pytest.raises(ValueError, match=r"place|Expecting"):
        order.place(text)


@given(FILTERS, FILTERS)
def test_the_texts_of_filters_are_equal_if_they_are(one: MoverFilter, other: MoverFilter) -> None:
    assert (one.text() == other.text()) == (one == other)
    assert json.loads(one.text())


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (MoverFilter(), True),
        (MoverFilter(name_contains="PHOTO"), True),
        (MoverFilter(name_contains=""), True),
        (MoverFilter(name_contains="video"), False),
        (MoverFilter(group="g"), True),
        (MoverFilter(group="G"), False),
        (MoverFilter(status=frozenset({MoverStatus.RUNNING, MoverStatus.OTHER})), True),
        (MoverFilter(status=frozenset({MoverStatus.OTHER})), False),
        (MoverFilter(status=frozenset()), False),
        (MoverFilter(mode=frozenset({TaskMode.BASIC})), True),
        (MoverFilter(mode=frozenset({TaskMode.ENHANCED})), False),
        (MoverFilter(tags=frozenset()), True),
        (MoverFilter(tags=frozenset({TagCondition("team")})), True),
        (MoverFilter(tags=frozenset({TagCondition("team", "blue")})), True),
        (MoverFilter(tags=frozenset({TagCondition("team", "red")})), False),
        (MoverFilter(tags=frozenset({TagCondition("team"), TagCondition("x")})), False),
        (MoverFilter(tags=frozenset({TagCondition(KEY_TAG)})), False),
        (MoverFilter(name_contains="photo", group="h"), False),
    ],
)
def test_a_filter_admits_what_matches_all_of_its_members(
    wanted: MoverFilter, *, expected: bool
) -> None:
    assert wanted.admits(MOVER) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("ENABLED", "ENABLED"), ("DISABLED", "DISABLED"), ("PAUSED", "OTHER"), (None, "ENABLED")],
)
def test_the_state_of_a_schedule_is_that_of_its_status(status: str | None, expected: str) -> None:
    assert ScheduleState.of(Schedule(expression="rate(1 day)", status=status)).name == expected
    assert ScheduleState.of(None) is ScheduleState.NONE
