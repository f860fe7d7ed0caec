"""What is done at start and in rounds reads no whole table, on either database."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import pytest
import sqlalchemy as sa

from graph.store import Store
from graph.store.tables import METADATA
from tests.store.operations import accepted

LAB: Final = "222222222222"
HOUR: Final = 3_600.0
ROUNDS: Final[dict[str, Callable[[Store], Coroutine[Any, Any, Any]]]] = {
    "at start": lambda store: store.operations.unended(),
    "lost operations": lambda store: store.operations.lost(
        ["a", "b"], created_before=store.now() - 10, silent_since=store.now() - 60
    ),
    "the holder of a name": lambda store: store.operations.holder("r"),
    "what a deletion left, by name": lambda store: store.operations.unfinished_deletion(
        LAB, named=("g", "one"), task_arn=None
    ),
    "what a deletion left, by task": lambda store: store.operations.unfinished_deletion(
        LAB, named=None, task_arn="t"
    ),
    "creates to sweep": lambda store: store.operation_lists.unswept(
        store.now() - HOUR, 9, [("1", None)]
    ),
    "what was made lately": lambda store: store.operation_lists.made_since(LAB, "g", store.now()),
    "late effects": lambda store: store.late_effects.claim_due(
        store.now(), shortest=1, longest=2, window=9
    ),
    "retention": lambda store: store.retention.delete_expired(store.now() - HOUR),
    "retention of the audit trail": lambda store: store.audit.forget(HOUR),
    "runs": lambda store: store.runs.notes(["r"]),
}
_SCAN: Final = re.compile(r"^SCAN (\w+)|Seq Scan on (\w+)")


@contextmanager
def recorded() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def record(*given: Any) -> None:
        seen.append((given[2], given[3]))

    sa.event.listen(sa.Engine, "before_cursor_execute", record)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", record)


def plan_of(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in rows]
    # The planner prefers to read small tables as a whole, unless it is told not to.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return [line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


@pytest.mark.parametrize("what", ROUNDS)
async def test_what_is_done_in_rounds_reads_no_whole_table(store: Store, what: str) -> None:
    await accepted(store, "one")  # so that there are events and parts to delete
    with recorded() as statements:
        await ROUNDS[what](store)
    planned = [each for each in statements if each[0].split()[0] in ("SELECT", "UPDATE", "DELETE")]
    assert planned
    for statement, parameters in planned:
        explained = partial(plan_of, statement=statement, parameters=parameters)
        plan = await store.database.transact(explained)
        scanned = {name for line in plan for name in _tables_of(line)}
        assert not scanned, f"{statement}\n{plan}"


def _tables_of(line: str) -> set[str]:
    found = _SCAN.search(line.strip().removeprefix("->").strip())
    return {name for name in found.groups() if name in METADATA.tables} if found else set()
