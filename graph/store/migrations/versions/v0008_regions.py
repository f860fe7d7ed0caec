"""The region of operations and audit records, and what a deployment has once decided."""

from __future__ import annotations

import sqlalchemy as sa

from graph.store.migrations.additions import add_column, add_table

revision = "0008"
down_revision = "0007"

_FACTS = sa.Table(
    "facts",
    sa.MetaData(),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


def upgrade() -> None:
    add_table(_FACTS)
    for table in ("operations", "audit"):
        add_column(table, sa.Column("region", sa.String(32)))
