"""No row and nothing of SQLAlchemy leaves the package of the store."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_type_hints

import pytest

import graph.store
from graph.store import Store

ROOT: Final = Path(__file__).parents[2]
ALLOWED: Final = {
    # DBOS takes the engine for its own tables from whoever opens it.
    "graph/operations/engine.py",
}
SHOWN: Final = {"url", "is_sqlite", "alone", "outage"}
"""Members of the database that other packages may use."""


def sources() -> list[Path]:
    found = [*(ROOT / "graph").rglob("*.py"), *(ROOT / "rest_compat").rglob("*.py")]
    return [source for source in found if not source.is_relative_to(ROOT / "graph" / "store")]


def test_only_the_store_imports_sqlalchemy_and_alembic() -> None:
    found = {
        source.relative_to(ROOT).as_posix()
        for source in sources()
        if {"sqlalchemy", "alembic"} & {name.split(".")[0] for name in _imported(source)}
    }
    assert found == ALLOWED


def test_other_packages_import_what_the_store_exports_and_no_module_of_it() -> None:
    inner = {
        (source.relative_to(ROOT).as_posix(), name)
        for source in sources()
        for name in _imported(source)
        if name.startswith("graph.store.")
    }
    assert inner == set()


def test_other_packages_run_no_statements() -> None:
    used = {
        node.attr
        for source in sources()
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and "database" in (getattr(node.value, "attr", ""), getattr(node.value, "id", ""))
    }
    assert used <= SHOWN


def public() -> Iterator[Any]:
    """What the package exports, with the methods of its classes."""
    for name in graph.store.__all__:
        exported = getattr(graph.store, name)
        if inspect.isroutine(exported):
            yield pytest.param(exported, id=name)
        if inspect.isclass(exported):
            for member, value in inspect.getmembers(exported, inspect.isroutine):
                if not member.startswith("_"):
                    yield pytest.param(value, id=f"{name}.{member}")


@pytest.mark.parametrize("function", list(public()))
def test_no_type_of_sqlalchemy_is_taken_or_returned(function: Any) -> None:
    hints = inspect.get_annotations(inspect.unwrap(function))
    assert [
        hint for hint in hints.values() if "sa." in str(hint) or "sqlalchemy" in str(hint)
    ] == []


def test_a_store_is_made_of_repositories_that_share_one_database() -> None:
    parts = get_type_hints(Store)
    del parts["database"]
    assert {part.__module__.rpartition(".")[0] for part in parts.values()} == {"graph.store"}
    assert [part for part in parts.values() if part.__bases__ != (object,)] == []


def _imported(source: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
