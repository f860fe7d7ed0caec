"""What the engine needs of the SQLite that a Python happens to be linked with."""

from __future__ import annotations

import time
from pathlib import Path

import sqlalchemy as sa

from graph.operations.engine import _own_engine


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
