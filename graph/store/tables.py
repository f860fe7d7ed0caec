"""The tables, as the newest migration leaves them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()
NAME: Final = 256
"""Longer names of callers are cut, because PostgreSQL would reject them."""

OPERATIONS: Final = sa.Table(
    "operations",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("account_id", sa.String(12), nullable=False),
    # Null: the home region, see FACTS, as in all rows of older versions.
    sa.Column("region", sa.String(32)),
    sa.Column("mover_group", sa.String(256)),
    sa.Column("mover_name", sa.String(256), nullable=False),
    sa.Column("task_arn", sa.String(256)),
    sa.Column("failure", sa.Text),
    # Null in rows of older versions.
    sa.Column("failure_code", sa.String(32)),
    sa.Column("failure_step", sa.String(16)),
    sa.Column("requested_by", sa.String(NAME), nullable=False),
    # The same in its two parts, for the audit trail; null in rows of older versions.
    sa.Column("requested_key", sa.String(NAME)),
    sa.Column("on_behalf_of", sa.String(NAME)),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False),
    sa.Column("ended_at", sa.Float),
    # Unique while the operation is under way, null once it has ended: the first insert wins.
    sa.Column("reservation", sa.String(600), unique=True),
    sa.Column("input", sa.LargeBinary, nullable=False),
    # What a deletion has to delete, until nothing is left: once the task is gone, AWS does not
    # know which locations and roles belonged to the mover.
    sa.Column("parts", sa.Text),
    # When its leftovers were searched for; an ended create is not deleted before that.
    sa.Column("swept_at", sa.Float),
    sa.Index("operations_by_name", "account_id", "mover_group", "mover_name"),
    sa.Index("operations_by_end", "ended_at"),
    sa.Index("operations_newest", "created_at", "id"),
    sa.Index("operations_by_task", "task_arn"),
)
EVENTS: Final = sa.Table(
    "operation_events",
    METADATA,
    sa.Column("operation_id", sa.String(36), primary_key=True),
    # Two events may have the same time, so their order is counted.
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("message", sa.String(512), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    # A repeated step records its line once.
    sa.UniqueConstraint("operation_id", "message"),
)
KEYS: Final = sa.Table(
    "idempotency_keys",
    METADATA,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    # The operation or run that is the result; null while the work is under way.
    sa.Column("result", sa.String(512), index=True),
    # A caller that repeats the request must still see this group, even if the mover is gone.
    sa.Column("mover_group", sa.String(256)),
    # Who does the work, and since when: if it dies, another takes the work over.
    sa.Column("holder", sa.String(64)),
    sa.Column("claimed_at", sa.Float, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Index("idempotency_keys_by_time", "created_at"),
)
NAME_CLAIMS: Final = sa.Table(
    "name_claims",
    METADATA,
    # Each name of a mover that an operation in progress uses: a rename has two.
    sa.Column("name", sa.String(600), primary_key=True),
    sa.Column("operation_id", sa.String(36), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
)
FACTS: Final = sa.Table(
    "facts",
    METADATA,
    # What a deployment decides once, never deleted.
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
NOTES: Final = sa.Table(
    "run_notes",
    METADATA,
    sa.Column("run_arn", sa.String(256), primary_key=True),
    sa.Column("started_by", sa.String(NAME)),
    sa.Column("cancelled_by", sa.String(NAME)),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("run_notes_by_time", "at"),
)
RUN_CANCELLATIONS: Final = sa.Table(
    "run_cancellations",
    METADATA,
    sa.Column("run_arn", sa.String(256), primary_key=True),
    # One row per attempt, so that none of them can undo the record of another.
    sa.Column("attempt", sa.String(36), primary_key=True),
    # Null if somebody cancelled the run without this server.
    sa.Column("cancelled_by", sa.String(NAME)),
    sa.Column("requested_at", sa.Float, nullable=False),
    # When AWS accepted it; null while that is not known.
    sa.Column("effective_at", sa.Float),
    sa.Index("run_cancellations_by_time", "requested_at"),
)
START_CLAIMS: Final = sa.Table(
    "start_claims",
    METADATA,
    # Unique by task: the attempt that inserts or takes over the row starts the mover.
    sa.Column("task_arn", sa.String(256), primary_key=True),
    sa.Column("attempt", sa.String(36), nullable=False),
    # From then on it is held for a minute: later than the claim if its call may still take effect.
    sa.Column("claimed_at", sa.Float, nullable=False, index=True),
    sa.Column("ended_at", sa.Float),
    # The last run that was started under a claim, and when.
    sa.Column("run_arn", sa.String(256)),
    sa.Column("started_at", sa.Float),
)
RUN_STARTS: Final = sa.Table(
    "run_starts",
    METADATA,
    # Claims of servers before revision 0002, which may still share the store. Its rows expire here.
    sa.Column("task_arn", sa.String(256), primary_key=True),
    sa.Column("after", sa.String(256), primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
)
LATE_EFFECTS: Final = sa.Table(
    "late_effects",
    METADATA,
    # A create of which a call was repeated that may still take effect, and when to look for that.
    sa.Column("operation_id", sa.String(36), primary_key=True),
    sa.Column("noted_at", sa.Float, nullable=False),
    sa.Column("due_at", sa.Float, nullable=False, index=True),
    sa.Index("late_effects_by_time", "noted_at"),
)
RUN_WATCHES: Final = sa.Table(
    "run_watches",
    METADATA,
    sa.Column("run_arn", sa.String(256), primary_key=True),
    # The process that polls the run for all; null once it has given the run up.
    sa.Column("holder", sa.String(64)),
    # Until when it does, by the clock of the database.
    sa.Column("leased_until", sa.Float, nullable=False, index=True),
    # The last state, and its number; null and 0 before the first one.
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text),
    # Nobody polls a run that has ended.
    sa.Column("ended", sa.Boolean, nullable=False),
)
BEATS: Final = sa.Table(
    "replicas",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    # Incremented while the replica is alive; RETIRED once it has handed its work over.
    sa.Column("beat", sa.BigInteger, nullable=False),
)
RETIRED: Final = -1
AUDIT: Final = sa.Table(
    "audit",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("attempt", sa.String(36), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("phase", sa.String(16), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("requested_key", sa.String(NAME), nullable=False),
    sa.Column("on_behalf_of", sa.String(NAME)),
    sa.Column("request_id", sa.String(64)),
    sa.Column("surface", sa.String(16)),
    sa.Column("peer", sa.String(64)),
    sa.Column("account_id", sa.String(64)),
    # Null where it is not known, and in rows of older versions.
    sa.Column("region", sa.String(32)),
    sa.Column("mover_group", sa.String(256)),
    sa.Column("mover_name", sa.String(256)),
    sa.Column("task_arn", sa.String(256)),
    sa.Column("run_arn", sa.String(256)),
    sa.Column("operation_id", sa.String(36)),
    # A JSON list of ARNs.
    sa.Column("resources", sa.Text, nullable=False),
    sa.Column("error_code", sa.String(64)),
    sa.Index("audit_by_time", "at"),
    sa.Index("audit_by_account", "account_id", "sequence"),
    # Numbers of deleted rows are not used again, so that a cursor keeps its meaning.
    sqlite_autoincrement=True,
)
