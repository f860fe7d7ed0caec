"""The engine on an old SQLite, and what its errors do not show."""

from __future__ import annotations

import asyncio
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from dbos import DBOS, _dbos

from graph.operations import dbos_internals
from graph.operations.engine import _own_engine
from graph.sandbox import Sandbox
from tests.stores import BOTH, change, store_url
from tests.world import serving

PLANTED: Final = "planted-value"
MORE_THAN_A_SECOND_OF_POLLS: Final = 30


def test_the_engine_s_clock_runs_also_on_an_old_sqlite(tmp_path: Path) -> None:
    own = _own_engine(f"sqlite:///{tmp_path}/store.sqlite")
    assert own
    before = time.time()
    with own.connect() as connection:
        now = connection.scalar(sa.text("SELECT unixepoch('subsec')"))
    own.dispose()
    assert now is not None
    assert before - 0.01 <= now <= time.time() + 0.01


def test_the_engine_of_workflows_hides_parameters(tmp_path: Path) -> None:
    made = _own_engine(f"sqlite:///{tmp_path}/db.sqlite")
    assert made is not None
    assert made.hide_parameters
    made.dispose()


@pytest.mark.parametrize("kind", BOTH)
async def test_errors_of_the_engine_do_not_show_what_they_are_about(
    aws: Sandbox, tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    schema = "dbos." if kind == "postgres" else ""
    with store_url(kind, tmp_path) as url:
        async with serving(tmp_path, store_url=url):
            change(url, f"ALTER TABLE {schema}workflow_status RENAME COLUMN name TO lost")
            with pytest.raises(sa.exc.DBAPIError) as caught:
                await DBOS.list_workflows_async(workflow_ids=[PLANTED])
            change(url, f"ALTER TABLE {schema}workflow_status RENAME COLUMN lost TO name")
    text = "".join(traceback.format_exception(caught.value))
    assert "SQL parameters hidden" in text
    assert PLANTED not in text + caplog.text


async def test_threads_are_available_after_the_end_of_the_engine(
    aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, destroy = asyncio.get_running_loop(), DBOS.destroy

    def step_ends_meanwhile() -> None:
        over = ThreadPoolExecutor()
        over.shutdown()
        asyncio.run_coroutine_threadsafe(_use(over), loop).result(20)
        destroy()

    async def _use(executor: ThreadPoolExecutor) -> None:
        loop.set_default_executor(executor)

    monkeypatch.setattr(DBOS, "destroy", step_ends_meanwhile)
    async with serving(tmp_path):
        pass
    assert await asyncio.to_thread(str) == ""


@pytest.mark.usefixtures("aws")
async def test_an_idle_engine_asks_its_database_for_its_queue_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbos_internals, "_QUEUE_SECONDS", 0.05)
    monkeypatch.setattr(dbos_internals, "_QUIET_SECONDS", 0.0)
    asking, polls, enough = set[str](), list[object](), threading.Event()

    def asked(*_: object) -> None:
        asking.add(threading.current_thread().name)

    async with serving(tmp_path):
        database = _dbos._get_dbos_instance()._sys_db
        poll = database.start_queued_workflows

        def polled(*given: Any, **options: Any) -> Any:
            if not polls:  # what is asked for at the start is over
                sa.event.listen(database.engine, "before_cursor_execute", asked)
            polls.append(given)
            if len(polls) > MORE_THAN_A_SECOND_OF_POLLS:
                enough.set()
            return poll(*given, **options)

        monkeypatch.setattr(database, "start_queued_workflows", polled)
        assert await asyncio.to_thread(enough.wait, 60)
        sa.event.remove(database.engine, "before_cursor_execute", asked)
    of_the_engine = {name for name in asking if not name.startswith("asyncio_")}  # ours
    assert of_the_engine == {"queue-worker-_dbos_internal_queue"}
