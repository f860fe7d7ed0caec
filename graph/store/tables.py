"""The tables. They are made on start where they are missing."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()

OPERATIONS: Final = sa.Table(
    "operations",
    METADATA,
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
    # Unique while the operation lives, null once it has ended: whoever inserts first has the name.
    sa.Column("reservation", sa.String(512), unique=True),
    sa.Column("input", sa.LargeBinary, nullable=False),
    # When its leftovers were looked for; an ended create is not dropped before that.
    sa.Column("swept_at", sa.Float),
    sa.Index("operations_newest", "created_at", "id"),
)
EVENTS: Final = sa.Table(
    "operation_events",
    METADATA,
    sa.Column("operation_id", sa.String(36), primary_key=True),
    # A repeated step says its line once.
    sa.Column("message", sa.String(512), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)
KEYS: Final = sa.Table(
    "idempotency_keys",
    METADATA,
    sa.Column("key", sa.String(320), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("result", sa.String(512)),
    sa.Column("created_at", sa.Float, nullable=False),
)
NOTES: Final = sa.Table(
    "run_notes",
    METADATA,
    sa.Column("run_arn", sa.String(256), primary_key=True),
    sa.Column("started_by", sa.String(256)),
    sa.Column("cancelled_by", sa.String(256)),
    sa.Column("at", sa.Float, nullable=False),
)
BEATS: Final = sa.Table(
    "replicas",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("beat", sa.BigInteger, nullable=False),
)
