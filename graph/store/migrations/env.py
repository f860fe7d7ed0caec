"""Run by Alembic, on the connection that ``graph.store.schema`` hands over."""

from __future__ import annotations

from alembic import context

from graph.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
