"""DBOS's default format is disabled: no value that it stored is unpickled."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from dbos import DBOS, error
from dbos._sys_db import SystemDatabase
from dbos._sys_db_postgres import PostgresSystemDatabase

from graph.operations import dbos_internals, dispatch
from graph.operations.dbos_internals import (
    _EXPECTED_SECONDS,
    _QUIET_SECONDS,
    PickleRefused,
    QueueLooks,
    _NoPickles,
)
from graph.sandbox import Sandbox
from tests.operations.test_released_pickles import hostile
from tests.stores import BOTH, store_url
from tests.world import LAB, ask, furnish, made, serving


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


async def test_a_hostile_row_of_the_engine_runs_nothing(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbos_internals, "_QUIET_SECONDS", 0.0)
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


def test_the_queue_is_looked_at_often_after_a_take_over_and_else_from_time_to_time() -> None:
    now = [1000.0]
    looks = QueueLooks(lambda: now[0])

    def looked(seconds: float) -> list[float]:
        """When, in a time in which it could look every two seconds."""
        began, found = now[0], []
        while now[0] < began + seconds:
            if looks.are_due():
                found.append(now[0] - began)
            now[0] += 2.0
        return found

    assert looked(2 * _QUIET_SECONDS) == [0.0, _QUIET_SECONDS]
    looks.expect()
    assert looked(_EXPECTED_SECONDS) == [2.0 * n for n in range(int(_EXPECTED_SECONDS / 2))]
    assert len(looked(3 * _QUIET_SECONDS)) == 3


async def test_a_take_over_is_expected_in_the_queue(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = list[bool]()
    monkeypatch.setattr(QueueLooks, "expect", lambda _: expected.append(True))
    async with serving(tmp_path):
        with pytest.raises(error.DBOSNonExistentWorkflowError):
            await DBOS.resume_workflows_async(["unknown"])
    assert expected == [True]


@pytest.mark.parametrize("kind", BOTH)
async def test_no_thread_exchanges_messages_of_workflows(
    aws: Sandbox, tmp_path: Path, kind: str
) -> None:
    names = {"run_notifier", "run_notification_listener", "_notification_listener"}
    assert names <= vars(PostgresSystemDatabase).keys() | vars(SystemDatabase).keys()
    furnish(aws, LAB)
    with store_url(kind, tmp_path) as url:
        async with serving(tmp_path, store_url=url) as client:
            await made(client)
            assert not names & set(running())


def running() -> Iterator[str]:
    """The names of the functions that the threads of this process are in."""
    for frame in sys._current_frames().values():
        for each, _ in traceback.walk_stack(frame):
            yield each.f_code.co_name
