"""Private members of other packages: each one that is used is listed, with the version it was
checked with. After an upgrade, check them again and change the version here."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PRODUCT: Final = ("graph", "rest_compat")
READ: Final = {
    # the module that reads it: the attribute
    "graph/operations/dbos_internals.py": {"_registry", "_sys_db"},
    "graph/sandbox/moto_internals.py": {"_get_action", "_service_description"},
    "graph/transport/execution/strawberry_internals.py": {"_schema"},
}
IMPORTED: Final = {
    "graph/operations/dbos_internals.py": {
        "dbos._serialization",
        "dbos._sys_db",
        "dbos._sys_db_postgres",
        "dbos._workflow_commands",
    },
}
OVERRIDDEN: Final = {
    "graph/sandbox/moto_internals.py": {"_url_module"},
}
EXTENDED: Final = {
    # the module: the classes that it extends, whose methods are not documented
    "graph/server/http_limits.py": {"HttpToolsProtocol"},
    "graph/server/quiet_server.py": {"Server"},
    "graph/server/supervisor.py": {"Multiprocess", "Process"},
    "graph/server/websocket_limits.py": {"WebSocketsSansIOProtocol"},
    "graph/transport/execution/documents.py": {"Parser", "ValidationRule"},
    "graph/transport/execution/pacing.py": {"Executor"},
}
CHECKED: Final = {
    "botocore": "1.40",
    "dbos": "3.4",
    "graphql-core": "3.3",
    "moto": "5.2",
    "strawberry-graphql": "0.341",
    "uvicorn": "0.54",
}
PUBLIC: Final = {"_asdict", "_fields", "_replace"}
"""Members of named tuples, whatever they are called."""
_OF_ABC: Final = "_abc_impl"
"""In every abstract class."""


def test_no_private_attribute_of_others_is_read_but_these() -> None:
    trees = dict(sources())
    anywhere = {name for tree in trees.values() for name in _defined(tree)} | PUBLIC
    found: dict[str, set[str]] = {}
    for name, tree in trees.items():
        here = set(_defined(tree)) | PUBLIC
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and _is_private(node.attr):
                own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                if node.attr not in (anywhere if own else here):
                    found.setdefault(name, set()).add(node.attr)
    assert found == READ


def test_no_private_module_or_name_of_others_is_imported_but_these() -> None:
    found: dict[str, set[str]] = {}
    for name, tree in sources():
        for imported in _imported(tree):
            if any(_is_private(part) for part in imported.split(".")):
                found.setdefault(name, set()).add(imported)
    assert found == IMPORTED


def test_no_private_method_of_others_is_overridden_but_these() -> None:
    found: dict[str, set[str]] = {}
    for cls in classes():
        for own in filter(_is_product, cls.__mro__):
            for base in cls.__mro__:
                both = set() if _is_ours(base) else vars(own).keys() & vars(base)
                private = {name for name in both if _is_private(name) and name != _OF_ABC}
                if private:
                    found.setdefault(_file_of(own), set()).update(private)
    assert found == OVERRIDDEN


def test_only_these_classes_of_strawberry_graphql_core_and_uvicorn_are_extended() -> None:
    extended: dict[str, set[str]] = {}
    for cls in classes():
        for base in cls.__bases__:
            if base.__module__.partition(".")[0] in ("strawberry", "graphql", "uvicorn"):
                extended.setdefault(_file_of(cls), set()).add(base.__name__)
    assert extended == EXTENDED


@pytest.mark.parametrize("package", CHECKED)
def test_the_private_members_were_checked_with_this_version(package: str) -> None:
    assert version(package).startswith(f"{CHECKED[package]}.")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for top in (*PRODUCT, "scripts"):
        for file in sorted((ROOT / top).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text())


def classes() -> Iterator[type]:
    for name, _ in sources():
        module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if module.startswith(PRODUCT) and not module.endswith(("__main__", "migrations.env")):
            for value in vars(importlib.import_module(module)).values():
                if inspect.isclass(value) and value.__module__ == module:
                    yield value


def _is_product(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in PRODUCT


def _is_ours(cls: type) -> bool:
    """The standard library's classes count as ours: it documents what may be overridden."""
    top = cls.__module__.partition(".")[0]
    return top in PRODUCT or top in sys.stdlib_module_names


def _file_of(cls: type) -> str:
    return Path(inspect.getfile(cls)).relative_to(ROOT).as_posix()


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("_")


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            for alias in node.names:
                if not (node.module or "").startswith(PRODUCT):
                    yield f"{node.module}.{alias.name}"


def _defined(tree: ast.Module) -> Iterator[str]:
    """Private names that our own classes and modules define."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
