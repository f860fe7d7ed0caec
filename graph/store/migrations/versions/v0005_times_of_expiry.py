"""Indexes by which rows that have expired are found, without reading those that have not."""

from __future__ import annotations

from graph.store.migrations.additions import add_index

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    add_index("idempotency_keys", "idempotency_keys_by_time", "created_at")
    add_index("run_notes", "run_notes_by_time", "at")
    add_index("late_effects", "late_effects_by_time", "noted_at")
