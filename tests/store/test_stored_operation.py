"""Operations as values: what is read equals what was recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.store import Parts, Store
from graph.store.stored_operation import parts_of
from tests.store.operations import new_operation

PARTS = st.lists(st.tuples(st.text(), st.none() | st.text()))


@given(PARTS)
def test_parts_are_read_as_they_were_written(parts: Parts) -> None:
    assert parts_of(json.dumps(parts)) == parts


def test_no_parts_differ_from_parts_that_are_not_known() -> None:
    assert parts_of("[]") == []
    assert parts_of(None) is None


@pytest.mark.parametrize(
    "parts", [[], [("arn:l", None)], [("arn:l", "arn:r"), ("arn:é\u2028", "")]], ids=repr
)
async def test_the_store_returns_the_parts_of_a_deletion(store: Store, parts: Parts) -> None:
    begun = await store.operations.begin(new_operation(kind="DELETE_MOVER"))
    assert (await store.operations.get(begun.operation_id)).parts is None
    await store.operations.set_parts(begun.operation_id, parts)
    assert (await store.operations.get(begun.operation_id)).parts == parts


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"group": None},
        {"kind": "DELETE_MOVER", "task_arn": "arn:t"},
        {"input": b"\x00\xff" * 1_000},
        {"mover_name": "é" * 256, "requested_by": "x" * 999, "on_behalf_of": "ann"},
    ],
    ids=str,
)
async def test_an_accepted_operation_is_the_one_that_every_list_shows(
    store: Store, changes: dict[str, Any]
) -> None:
    begun = await store.operations.begin(new_operation(**changes))
    assert begun.operation is not None
    assert await store.operations.get(begun.operation_id) == begun.operation
    assert await store.operations.unended() == [begun.operation]
