"""The engine's journal: JSON, and never a pickle."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS, error

from graph.model.errors import Invalid, NameTaken, Upstream
from graph.operations import dispatch
from graph.operations.dbos_internals import PickleRefused, _NoPickles
from graph.operations.journal import JournalledError, JsonSerializer, PartError
from graph.sandbox import Sandbox
from tests.operations.test_accepted import hostile
from tests.world import LAB, ask, furnish, made, serving

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


def test_the_failure_of_a_part_keeps_its_text() -> None:
    restored = journal.deserialize(journal.serialize(PartError("task", "why")))
    assert (type(restored), str(restored)) == (PartError, "failed to create task: why")


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


def test_the_private_member_is_as_it_was_in_the_version_that_was_checked() -> None:
    """After an upgrade: look whether DBOS can be told by public means to read no pickle."""
    from dbos import _serialization  # noqa: PLC0415

    assert version("dbos") == "3.4.0"
    assert _serialization.DefaultSerializer().name() == _NoPickles().name()
    source = Path(_serialization.__file__).read_text()
    assert source.count("pickle.loads") == 1
    assert source.count("DBOSDefaultSerializer.deserialize(") == 3
    others = [
        p
        for p in Path(_serialization.__file__).parent.glob("*.py")
        if "import pickle" in p.read_text()
    ]
    assert [p.name for p in others] == ["_serialization.py"]


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


async def test_a_hostile_row_of_the_engine_runs_nothing(aws: Sandbox, tmp_path: Path) -> None:
    furnish(aws, LAB)
    mark = tmp_path / "was-run"
    payload = base64.b64encode(hostile(mark)[0]).decode()
    async with serving(tmp_path) as client:
        await made(client)
        (workflow,) = await DBOS.list_workflows_async(load_input=False, load_output=False)
        poison(tmp_path / "store" / "db.sqlite", payload)
        async with asyncio.timeout(30):
            while (await dispatch.statuses([workflow.workflow_id])).popitem()[1].status != "ERROR":
                await ask(client, "{ server { version } }")
        (shown,) = await DBOS.list_workflows_async()
        assert str(shown.input) == payload
    assert not mark.exists()


def poison(file: Path, payload: str) -> None:
    """Puts a pickle wherever the engine keeps values, and has the workflow run again."""
    database = sqlite3.connect(file, timeout=20)
    with database:
        database.execute("UPDATE workflow_input SET inputs = ?", (payload,))
        database.execute("UPDATE workflow_output SET output = ?", (payload,))
        database.execute("UPDATE operation_outputs SET output = ?", (payload,))
        database.execute("UPDATE operation_outputs SET serialization = 'py_pickle'")
        database.execute(
            "UPDATE workflow_status SET serialization = 'py_pickle', status = 'ENQUEUED', "
            "queue_name = '_dbos_internal_queue'"
        )
    database.close()


def test_nor_is_one_read_directly(tmp_path: Path) -> None:
    mark = tmp_path / "was-run"
    with pytest.raises(PickleRefused):
        _NoPickles().deserialize(base64.b64encode(hostile(mark)[0]).decode())
    assert not mark.exists()
