"""An index by which the deletions of a task are found, without reading all operations."""

from __future__ import annotations

from graph.store.migrations.additions import add_index

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_index("operations", "operations_by_task", "task_arn")
