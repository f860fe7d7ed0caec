"""Claims of starts, cancellations of runs, late effects of creates, and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa

from graph.store.migrations.additions import add_column, add_table

revision = "0002"
down_revision = "0001"

_SCHEMA = sa.MetaData()
TABLES = (
    sa.Table(
        "run_cancellations",
        _SCHEMA,
        sa.Column("run_arn", sa.String(256), primary_key=True),
        sa.Column("attempt", sa.String(36), primary_key=True),
        sa.Column("cancelled_by", sa.String(256)),
        sa.Column("requested_at", sa.Float, nullable=False),
        sa.Column("effective_at", sa.Float),
        sa.Index("run_cancellations_by_time", "requested_at"),
    ),
    sa.Table(
        "start_claims",
        _SCHEMA,
        sa.Column("task_arn", sa.String(256), primary_key=True),
        sa.Column("attempt", sa.String(36), nullable=False),
        sa.Column("claimed_at", sa.Float, nullable=False, index=True),
        sa.Column("ended_at", sa.Float),
        sa.Column("run_arn", sa.String(256)),
        sa.Column("started_at", sa.Float),
    ),
    sa.Table(
        "late_effects",
        _SCHEMA,
        sa.Column("operation_id", sa.String(36), primary_key=True),
        sa.Column("noted_at", sa.Float, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False, index=True),
    ),
    sa.Table(
        "audit",
        _SCHEMA,
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("attempt", sa.String(36), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("requested_key", sa.String(256), nullable=False),
        sa.Column("on_behalf_of", sa.String(256)),
        sa.Column("request_id", sa.String(64)),
        sa.Column("surface", sa.String(16)),
        sa.Column("peer", sa.String(64)),
        sa.Column("account_id", sa.String(64)),
        sa.Column("mover_group", sa.String(256)),
        sa.Column("mover_name", sa.String(256)),
        sa.Column("task_arn", sa.String(256)),
        sa.Column("run_arn", sa.String(256)),
        sa.Column("operation_id", sa.String(36)),
        sa.Column("resources", sa.Text, nullable=False),
        sa.Column("error_code", sa.String(64)),
        sa.Index("audit_by_time", "at"),
        sa.Index("audit_by_account", "account_id", "sequence"),
        sqlite_autoincrement=True,
    ),
)


def upgrade() -> None:
    for table in TABLES:
        add_table(table)
    add_column("operations", sa.Column("requested_key", sa.String(256)))
    add_column("operations", sa.Column("on_behalf_of", sa.String(256)))
