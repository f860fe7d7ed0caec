"""The fourth revision adds what is known of a failure; older failures keep their text alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from graph.model.operation import OperationFailure, OperationStep
from graph.operations.reading import operation_of
from graph.store import newest_revision, open_store, revision_of
from graph.store.engines import driver_url
from tests.store.operations import new_operation
from tests.stores import change, opened

COLUMNS = {"failure_code", "failure_step"}


def columns(url: str) -> set[str]:
    engine = sa.create_engine(driver_url(url))
    try:
        return {column["name"] for column in sa.inspect(engine).get_columns("operations")}
    finally:
        engine.dispose()


@pytest.mark.parametrize("present", [False, True])
async def test_a_store_of_the_third_revision_gets_the_columns(url: str, *, present: bool) -> None:
    await opened(url)
    change(url, "UPDATE alembic_version SET version_num = '0003'")
    if not present:
        for column in sorted(COLUMNS):
            change(url, f"ALTER TABLE operations DROP COLUMN {column}")
    await opened(url)
    assert columns(url) >= COLUMNS
    assert revision_of(url) == newest_revision()


async def test_a_failure_is_read_as_it_was_recorded_by_any_version(url: str) -> None:
    failure = OperationFailure("why", "ACCESS_DENIED", OperationStep.SOURCE)
    async with open_store(url) as store:
        operation_id = (await store.operations.begin(new_operation())).operation_id
        await store.operations.end(operation_id, failure)
        assert operation_of(await store.operations.get(operation_id)).failure == failure
        newer = "UPDATE operations SET failure_step = 'ANOTHER', failure_code = 'NEW'"
        for statement, expected in (
            (newer, OperationFailure("why", "NEW", OperationStep.OTHER)),
            ("UPDATE operations SET failure_step = NULL", OperationFailure("why", "NEW")),
            ("UPDATE operations SET failure_code = NULL", OperationFailure("why")),
        ):
            change(url, statement)
            assert operation_of(await store.operations.get(operation_id)).failure == expected
