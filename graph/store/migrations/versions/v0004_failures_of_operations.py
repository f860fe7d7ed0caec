"""The code of an operation's failure, and the step that failed."""

from __future__ import annotations

import sqlalchemy as sa

from graph.store.migrations.additions import add_column

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    add_column("operations", sa.Column("failure_code", sa.String(32)))
    add_column("operations", sa.Column("failure_step", sa.String(16)))
