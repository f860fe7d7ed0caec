"""Migrations only add, and only what is missing."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from graph.store.migrations import versions
from graph.store.migrations.additions import add_column


def test_every_migration_only_adds() -> None:
    for found in pkgutil.iter_modules(versions.__path__):
        module = importlib.import_module(f"{versions.__name__}.{found.name}")
        assert not hasattr(module, "downgrade"), found.name
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        assert "from alembic import op" not in source, f"{found.name} has to use additions.py"


def test_a_column_that_servers_of_the_version_before_cannot_leave_out_is_refused() -> None:
    with pytest.raises(ValueError, match="nullable or to have a default"):
        add_column("operations", sa.Column("must", sa.Text, nullable=False))
