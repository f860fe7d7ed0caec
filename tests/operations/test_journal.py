"""The engine's journal: JSON, and never a pickle."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from dbos import error

from graph.model.errors import Invalid, NameTaken, Upstream
from graph.operations.failures import PartError
from graph.operations.journal import JournalledError, JsonSerializer
from graph.sandbox import Sandbox
from tests.world import LAB, furnish, made, serving

journal = JsonSerializer()


@pytest.mark.parametrize(
    "value",
    [None, True, "text", "\ud800", 1.5, ["a", ["b", None]], {"args": ["id", False], "kwargs": {}}],
)
def test_plain_values_are_read_as_they_were(value: Any) -> None:
    assert journal.deserialize(journal.serialize(value)) == value


@pytest.mark.parametrize(
    "failure",
    [Invalid("no", path=("source", "s3")), NameTaken("taken"), Upstream("AWS failed")],
    ids=repr,
)
def test_errors_keep_their_kind_message_and_path(failure: Any) -> None:
    restored = journal.deserialize(journal.serialize(failure))
    assert type(restored) is type(failure)
    assert (restored.message, restored.path) == (failure.message, failure.path)


def test_the_failure_of_a_part_keeps_its_text_and_code() -> None:
    restored = journal.deserialize(journal.serialize(PartError("task", "why", "CONFLICT")))
    assert (type(restored), str(restored)) == (PartError, "failed to create task: why")
    assert restored.code == "CONFLICT"


def test_the_failure_of_a_part_in_a_journal_of_an_older_version_has_no_code() -> None:
    restored = journal.deserialize('{"$error": "PART", "part": "task", "why": "why"}')
    assert (str(restored), restored.code) == ("failed to create task: why", None)


def test_any_other_exception_is_stored_by_its_text() -> None:
    for failure in (KeyError("x"), error.DBOSException("y"), RuntimeError()):
        restored = journal.deserialize(journal.serialize(failure))
        assert type(restored) is JournalledError
        assert type(failure).__name__ in str(restored)


def test_an_error_of_a_later_release_is_read_too() -> None:
    stored = '{"$error": "BRAND_NEW", "message": "m", "path": []}'
    assert str(journal.deserialize(stored)) == "m"


def test_a_value_without_a_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object is not stored"):
        journal.serialize(object())


async def test_what_the_engine_stores_is_data_alone(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    async with serving(tmp_path) as client:
        await made(client)
    database = sqlite3.connect(tmp_path / "store" / "db.sqlite")
    stored = [
        value
        for table, columns in (
            ("workflow_input", ("inputs",)),
            ("workflow_output", ("output", "error")),
            ("operation_outputs", ("output", "error")),
        )
        for row in database.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
        for value in row
        if value is not None
    ]
    assert len(stored) >= 3
    for value in stored:
        journal.deserialize(value)
        assert "graph." not in value
    formats = database.execute("SELECT DISTINCT serialization FROM workflow_status").fetchall()
    assert formats == [(journal.name(),)]
