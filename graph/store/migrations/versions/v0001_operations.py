"""Operations with their events, idempotency keys, notes on runs, and replicas.

The schema of the servers that kept no record of revisions. Stores of theirs start here.
"""

from __future__ import annotations

import sqlalchemy as sa

from graph.store.migrations.additions import add_table

revision = "0001"
down_revision = None

_SCHEMA = sa.MetaData()
TABLES = (
    sa.Table(
        "operations",
        _SCHEMA,
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("mover_group", sa.String(256)),
        sa.Column("mover_name", sa.String(256), nullable=False),
        sa.Column("task_arn", sa.String(256)),
        sa.Column("failure", sa.Text),
        sa.Column("requested_by", sa.String(256), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("reservation", sa.String(600), unique=True),
        sa.Column("input", sa.LargeBinary, nullable=False),
        sa.Column("parts", sa.Text),
        sa.Column("swept_at", sa.Float),
        sa.Index("operations_by_name", "account_id", "mover_group", "mover_name"),
        sa.Index("operations_by_end", "ended_at"),
        sa.Index("operations_newest", "created_at", "id"),
    ),
    sa.Table(
        "operation_events",
        _SCHEMA,
        sa.Column("operation_id", sa.String(36), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("message", sa.String(512), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.UniqueConstraint("operation_id", "message"),
    ),
    sa.Table(
        "idempotency_keys",
        _SCHEMA,
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("result", sa.String(512), index=True),
        sa.Column("mover_group", sa.String(256)),
        sa.Column("holder", sa.String(64)),
        sa.Column("claimed_at", sa.Float, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    ),
    sa.Table(
        "run_notes",
        _SCHEMA,
        sa.Column("run_arn", sa.String(256), primary_key=True),
        sa.Column("started_by", sa.String(256)),
        sa.Column("cancelled_by", sa.String(256)),
        sa.Column("at", sa.Float, nullable=False),
    ),
    # Used by servers of that version alone, which may still share the store.
    sa.Table(
        "run_starts",
        _SCHEMA,
        sa.Column("task_arn", sa.String(256), primary_key=True),
        sa.Column("after", sa.String(256), primary_key=True),
        sa.Column("at", sa.Float, nullable=False, index=True),
    ),
    sa.Table(
        "replicas",
        _SCHEMA,
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("beat", sa.BigInteger, nullable=False),
    ),
)


def upgrade() -> None:
    for table in TABLES:
        add_table(table)
