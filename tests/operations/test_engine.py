"""The engine on an old SQLite, and what its errors do not show."""

from __future__ import annotations

import asyncio
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from dbos import DBOS

from graph.operations.engine import _own_engine
from graph.sandbox import Sandbox
from tests.stores import BOTH, change, store_url
from tests.world import serving

PLANTED: Final = "planted-value"


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
