"""The first revision: tables that no release has made are rejected."""

from __future__ import annotations

import pytest

from graph.store import revision_of, trouble_with
from graph.store.schema import SchemaError
from tests.stores import change, opened


@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE idempotency_keys DROP COLUMN claimed_at", "DROP TABLE operation_events"],
)
async def test_tables_that_no_release_has_made_are_refused_with_a_sentence(
    released: str, statement: str
) -> None:
    change(released, statement)
    with pytest.raises(SchemaError, match=r"its table .* upgrade it with the last release first"):
        await opened(released)
    assert "upgrade it with the last release first" in str(await trouble_with(released))
    assert revision_of(released) is None
