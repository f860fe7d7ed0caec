"""The names that operations in progress use, of which a rename has two."""

from __future__ import annotations

import sqlalchemy as sa

from graph.store.migrations.additions import add_table

revision = "0007"
down_revision = "0006"

_CLAIMS = sa.Table(
    "name_claims",
    sa.MetaData(),
    sa.Column("name", sa.String(600), primary_key=True),
    sa.Column("operation_id", sa.String(36), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
)


def upgrade() -> None:
    add_table(_CLAIMS)
