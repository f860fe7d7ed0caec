"""What may count as an orphan: nothing that belongs to an operation in progress."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.orphan import Bounds

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GROUPS = st.none() | st.sampled_from(["g", "h"])
OPERATIONS = st.sampled_from(["op-1", "op-2"])


@given(
    groups=st.frozensets(GROUPS),
    operations=st.frozensets(OPERATIONS),
    group=GROUPS,
    operation=st.none() | OPERATIONS,
)
def test_what_belongs_to_a_group_or_an_operation_in_progress_is_spared(
    groups: frozenset[str | None],
    operations: frozenset[str],
    group: str | None,
    operation: str | None,
) -> None:
    bounds = Bounds(made_before=NOW, operations=operations, groups=groups)
    assert bounds.spare(group, operation) is (group in groups or operation in operations)


@pytest.mark.parametrize("group", [None, "g"])
def test_without_an_operation_in_progress_nothing_is_spared(group: str | None) -> None:
    assert not Bounds(made_before=NOW).spare(group, None)
    assert not Bounds(made_before=NOW).spare(group, "op-1")


def test_while_a_mover_without_a_group_is_deleted_the_parts_of_such_movers_are_spared() -> None:
    bounds = Bounds(made_before=NOW, groups=frozenset([None]))
    assert bounds.spare(None, "op-1")
    assert not bounds.spare("g", "op-1")
