"""Which process polls a run for all, and the last state that it has seen."""

from __future__ import annotations

import sqlalchemy as sa

from graph.store.migrations.additions import add_table

revision = "0006"
down_revision = "0005"

_WATCHES = sa.Table(
    "run_watches",
    sa.MetaData(),
    sa.Column("run_arn", sa.String(256), primary_key=True),
    sa.Column("holder", sa.String(64)),
    sa.Column("leased_until", sa.Float, nullable=False, index=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text),
    sa.Column("ended", sa.Boolean, nullable=False),
)


def upgrade() -> None:
    add_table(_WATCHES)
